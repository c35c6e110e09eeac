using Weft.Cni.Attach;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;

namespace Weft.Cni.Bridge;

/// <summary>The configuration of bridge.</summary>
/// <remarks>Source: cni.dev/plugins/current/main/bridge; <c>spoofCheck</c> is Weft's own. <c>vlan</c> and <c>vlanTrunk</c> are refused.</remarks>
public sealed record BridgeConfig : PluginConfigBase
{
    /// <summary>The bridge's name. The default matches the reference plugin's.</summary>
    public string Bridge { get; init; } = "cni0";

    /// <summary>Whether the bridge has the gateway's address (<c>isGateway</c>).</summary>
    public bool IsGateway { get; init; }

    /// <summary>Whether the pod's default route goes to it (<c>isDefaultGateway</c>, which implies <c>isGateway</c>).</summary>
    public bool IsDefaultGateway { get; init; }

    /// <summary>Whether another IPv4 address of the bridge is replaced (<c>forceAddress</c>).</summary>
    public bool ForceAddress { get; init; }

    /// <summary>Whether a frame may leave by the port it came by (<c>hairpinMode</c>).</summary>
    public bool Hairpin { get; init; }

    /// <summary>Whether the bridge takes frames for everybody (<c>promiscMode</c>).</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Whether the pod is held to its hardware address (<c>macspoofchk</c>).</summary>
    public bool MacSpoofCheck { get; init; }

    /// <summary>Whether IPv6 addresses are probed before use (<c>enabledad</c>).</summary>
    public bool DetectDuplicates { get; init; }

    /// <summary>Whether the pod's interface stays down (<c>disableContainerInterface</c>).</summary>
    public bool LeaveDown { get; init; }

    /// <summary>Whether the port reaches only ports that are not isolated (<c>portIsolation</c>).</summary>
    public bool Isolated { get; init; }

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="CniException">A field is wrong, or two contradict.</exception>
    public static BridgeConfig Read(PluginRequest request)
    {
        var fields = request.Config;
        CheckBackend(fields);
        CheckVlans(fields);
        var isDefault = fields.Flag("isDefaultGateway");
        var name = fields.Text("bridge");
        var config = new BridgeConfig
        {
            Bridge = string.IsNullOrEmpty(name) ? "cni0" : name,
            IsGateway = isDefault || fields.Flag("isGateway"),
            IsDefaultGateway = isDefault,
            ForceAddress = fields.Flag("forceAddress"),
            Hairpin = fields.Flag("hairpinMode"),
            Promiscuous = fields.Flag("promiscMode"),
            MacSpoofCheck = fields.Flag("macspoofchk"),
            DetectDuplicates = fields.Flag("enabledad"),
            LeaveDown = fields.Flag("disableContainerInterface"),
            Isolated = fields.Flag("portIsolation"),
            Masquerade = fields.Flag("ipMasq"),
            SpoofCheck = fields.Flag("spoofCheck"),
            Mtu = ReadMtu(fields),
            Dns = CniResultJson.ReadDns(fields.Object("dns")),
            Mac = ReadMac(request),
        };
        CheckCombinations(config, fields);
        return config;
    }

    private static void CheckCombinations(BridgeConfig config, JsonFields fields)
    {
        if (CniNames.CheckInterfaceName(config.Bridge) is { } complaint)
            throw new CniException(CniErrorCode.InvalidConfig, $"bridge \"{config.Bridge}\": {complaint.Message}");
        if (config is { Hairpin: true, Promiscuous: true })
            throw new CniException(CniErrorCode.InvalidConfig, "cannot set hairpin mode and promiscuous mode at the same time");
        if (config.LeaveDown && !string.IsNullOrEmpty(fields.Object("ipam").Text("type")))
            throw new CniException(CniErrorCode.InvalidConfig, "cannot use IPAM when DisableContainerInterface flag is set");
    }

    private static void CheckVlans(JsonFields fields)
    {
        var vlan = fields.Number("vlan") ?? 0;
        if (vlan is < 0 or > 4094)
            throw new CniException(CniErrorCode.InvalidConfig, $"invalid VLAN ID {vlan} (must be between 0 and 4094)");
        foreach (var name in (ReadOnlySpan<string>)["vlan", "vlanTrunk"])
        {
            var isSet = name == "vlan" ? vlan != 0 : fields.Items(name).Any();
            if (isSet)
                throw new CniException(CniErrorCode.UnsupportedField, $"\"{name}\" is not supported: use one bridge per VLAN and leave the field out");
        }
    }
}
