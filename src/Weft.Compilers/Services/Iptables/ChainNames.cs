using System.Security.Cryptography;
using System.Text;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Iptables;

/// <summary>Names of chains, those of upstream's proxy: tools and people find what they know.</summary>
/// <remarks>
/// The suffix is the first 16 characters of the base32 of a SHA-256 over <c>namespace/service:port</c> and the protocol in small letters (for an endpoint,
/// its <c>address:port</c> behind them): kubernetes/pkg/proxy/iptables/proxier.go, portProtoHash.
/// </remarks>
public static class ChainNames
{
    internal const string Services = "KUBE-SERVICES";
    internal const string ExternalServices = "KUBE-EXTERNAL-SERVICES";
    internal const string NodePorts = "KUBE-NODEPORTS";
    internal const string Firewall = "KUBE-PROXY-FIREWALL";
    internal const string Forward = "KUBE-FORWARD";
    internal const string Postrouting = "KUBE-POSTROUTING";
    internal const string MarkMasquerade = "KUBE-MARK-MASQ";
    internal const string MarkOutside = "KUBE-MARK-OUTSIDE";

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int SuffixLength = 16;
    private const int BitsPerCharacter = 5;

    private static readonly string[] Fixed =
        [Services, ExternalServices, NodePorts, Firewall, Forward, Postrouting, MarkMasquerade, MarkOutside];

    private static readonly string[] Prefixes = ["KUBE-SVC-", "KUBE-SVL-", "KUBE-EXT-", "KUBE-FW-", "KUBE-SEP-"];

    /// <summary>Whether a chain belongs to a Service proxy; kubelet's own KUBE- chains do not.</summary>
    public static bool IsOwned(string chain) =>
        Array.IndexOf(Fixed, chain) >= 0 || Array.Exists(Prefixes, prefix => chain.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Who serves when any endpoint may.</summary>
    public static string Cluster(ServicePortName name) => $"KUBE-SVC-{Suffix(name)}";

    /// <summary>Who serves when only endpoints of this node may.</summary>
    public static string Local(ServicePortName name) => $"KUBE-SVL-{Suffix(name)}";

    /// <summary>Connections from outside.</summary>
    public static string External(ServicePortName name) => $"KUBE-EXT-{Suffix(name)}";

    /// <summary>Which sources may.</summary>
    public static string Sources(ServicePortName name) => $"KUBE-FW-{Suffix(name)}";

    /// <summary>One endpoint of one port.</summary>
    public static string Endpoint(ServicePortName name, Backend backend) => $"KUBE-SEP-{Suffix(name, backend.ToString())}";

    /// <summary>The protocol as iptables writes it.</summary>
    internal static string Text(this L4Protocol protocol) => protocol switch
    {
        L4Protocol.Tcp => "tcp",
        L4Protocol.Udp => "udp",
        _ => "sctp",
    };

    private static string Suffix(ServicePortName name, string endpoint = "")
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{name}{name.Protocol.Text()}{endpoint}"), hash);
        Span<char> text = stackalloc char[SuffixLength];
        for (var i = 0; i < SuffixLength; i++)
        {
            var bit = i * BitsPerCharacter;
            var window = (hash[bit / 8] << 8) | hash[(bit / 8) + 1];
            text[i] = Alphabet[(window >> (16 - BitsPerCharacter - (bit % 8))) & 31];
        }

        return new string(text);
    }
}
