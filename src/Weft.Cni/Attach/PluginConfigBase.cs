using Weft.Cni.Plugins;
using Weft.Cni.Protocol;

namespace Weft.Cni.Attach;

/// <summary>What the configurations of plugins that make an interface have in common.</summary>
public abstract record PluginConfigBase
{
    /// <summary>Whether what leaves the subnet has its source rewritten (<c>ipMasq</c>).</summary>
    public bool Masquerade { get; init; }

    /// <summary>Weft's own <c>spoofCheck</c>: whether packets with a source address that is not the pod's are dropped.</summary>
    public bool SpoofCheck { get; init; }

    /// <summary>MTU in bytes; null leaves the kernel's choice.</summary>
    public int? Mtu { get; init; }

    /// <summary>Resolver settings that replace those of IPAM.</summary>
    public CniDns Dns { get; init; } = CniDns.Empty;

    /// <summary>The hardware address that was asked for, or null.</summary>
    public string? Mac { get; init; }

    /// <summary>The MTU of the configuration; 0 counts as absent, as in the reference plugins.</summary>
    protected static int? ReadMtu(JsonFields config) => config.Number("mtu") switch
    {
        null or 0 => null,
        < 0 or > 65535 => throw new CniException(CniErrorCode.InvalidConfig, $"invalid MTU {config.Number("mtu")} (must be between 0 and 65535)"),
        var mtu => mtu,
    };

    /// <summary>Checks <c>ipMasqBackend</c>, which chooses between two ways that have one effect: nftables does it here.</summary>
    protected static void CheckBackend(JsonFields config)
    {
        if (config.Text("ipMasqBackend") is not (null or "" or "iptables" or "nftables"))
            throw new CniException(CniErrorCode.InvalidConfig, $"unknown ipmasq backend \"{config.Text("ipMasqBackend")}\"");
    }

    /// <summary>The hardware address by rising precedence: CNI_ARGS, <c>args.cni.mac</c>, <c>runtimeConfig.mac</c>.</summary>
    protected static string? ReadMac(PluginRequest request)
    {
        request.Arguments.Allow("MAC", "IP", "GATEWAY");
        var mac = request.Config.Object("runtimeConfig").Text("mac");
        if (string.IsNullOrEmpty(mac))
            mac = request.Config.Object("args").Object("cni").Text("mac");
        return string.IsNullOrEmpty(mac) ? request.Arguments["MAC"] : mac;
    }
}
