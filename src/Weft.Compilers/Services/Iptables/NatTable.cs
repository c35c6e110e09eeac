using Weft.Model;

namespace Weft.Compilers.Services.Iptables;

/// <summary>Table <c>nat</c>: who is served by whom, and whose address is hidden.</summary>
internal static class NatTable
{
    // Kubernetes' mark for masquerade: bit 14, as kube-proxy's --iptables-masquerade-bit defaults to.
    internal const string Mark = "0x4000";

    public static IptablesTable Write(List<PortRules> ports, PortContext context) => new(
        "nat",
        [
            new IptablesChain(ChainNames.MarkMasquerade, [$"-j MARK --set-xmark {Mark}/{Mark}"]),
            .. Outside(context),
            new IptablesChain(ChainNames.NodePorts, ports.SelectMany(port => port.NodePorts).ToEquatableArray()),
            new IptablesChain(ChainNames.Postrouting, Postrouting()),
            new IptablesChain(ChainNames.Services, [.. ports.SelectMany(port => port.Services), .. NodePorts(context)]),
            .. ports.SelectMany(port => port.Chains),
        ],
        [
            Jump("PREROUTING", "kubernetes service portals", ChainNames.Services),
            Jump("OUTPUT", "kubernetes service portals", ChainNames.Services),
            Jump("POSTROUTING", "kubernetes postrouting rules", ChainNames.Postrouting),
        ]);

    internal static IptablesJump Jump(string from, string comment, string to, bool onlyNew = false) =>
        new(from, $"{(onlyNew ? "-m conntrack --ctstate NEW " : "")}-m comment --comment \"{comment}\" -j {to}");

    /// <summary>Marks what comes from neither a pod nor this node: answers to others would not come back this way.</summary>
    private static IEnumerable<IptablesChain> Outside(PortContext context) => context.ClusterMark != ChainNames.MarkOutside
        ? []
        :
        [
            new IptablesChain(
                ChainNames.MarkOutside,
                [
                    .. context.Pods.Select(range => $"{PortContext.Match("-s", range)}-j RETURN"),
                    "-m addrtype --src-type LOCAL -j RETURN",
                    $"-j {ChainNames.MarkMasquerade}",
                ]),
        ];

    // The mark is taken off again, or what is encapsulated next carries it to a second masquerade.
    private static EquatableArray<string> Postrouting() =>
    [
        $"-m mark ! --mark {Mark}/{Mark} -j RETURN",
        $"-j MARK --set-xmark {Mark}/0x0",
        "-m comment --comment \"kubernetes service traffic requiring SNAT\" -j MASQUERADE --random-fully",
    ];

    // Behind all addresses: an external IP may be the node's own.
    private static IEnumerable<string> NodePorts(PortContext context) => context.NodePortMatches.Select(match =>
        $"{match}-m comment --comment \"kubernetes service nodeports; NOTE: this must be the last rule in this chain\" -m addrtype --dst-type LOCAL -j {ChainNames.NodePorts}");
}
