using Weft.Cni.Attach;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;

namespace Weft.Cni.Ptp;

/// <summary>The configuration of ptp.</summary>
/// <remarks>Source: cni.dev/plugins/current/main/ptp; <c>spoofCheck</c> is Weft's own.</remarks>
public sealed record PtpConfig : PluginConfigBase
{
    /// <summary>Reads and checks it.</summary>
    /// <exception cref="CniException">A field is wrong.</exception>
    public static PtpConfig Read(PluginRequest request)
    {
        var config = request.Config;
        CheckBackend(config);
        return new PtpConfig
        {
            Masquerade = config.Flag("ipMasq"),
            SpoofCheck = config.Flag("spoofCheck"),
            Mtu = ReadMtu(config),
            Dns = CniResultJson.ReadDns(config.Object("dns")),
            Mac = ReadMac(request),
        };
    }
}
