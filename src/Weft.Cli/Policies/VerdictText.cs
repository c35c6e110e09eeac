using System.Globalization;
using Weft.Model.Policies;
using Weft.Node.Policies.Verdicts;

namespace Weft.Cli.Policies;

/// <summary>A verdict as a line for people.</summary>
internal static class VerdictText
{
    private const string Red = "\e[31m", Yellow = "\e[33m", Plain = "\e[0m";

    /// <summary>Whether standard output is a terminal that wants colours.</summary>
    public static bool WantsColour => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary><c>16:20:31.123 node2 deny default/stranger -> default/db TCP 6379 ingress: default deny of NetworkPolicy default/db</c>.</summary>
    public static string Line(NamedVerdict verdict, bool colour)
    {
        var (isAudit, isIngress) = (verdict.Action == VerdictAction.Audit, verdict.Direction == PolicyDirection.Ingress);
        var action = isAudit ? "audit" : "deny ";
        if (colour)
            action = $"{(isAudit ? Yellow : Red)}{action}{Plain}";
        var peer = Peer(verdict.PeerKind, verdict.Peer, verdict.PeerAddress);
        var (from, to) = isIngress ? (peer, verdict.Pod) : (verdict.Pod, peer);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict.Time.ToLocalTime():HH:mm:ss.fff} {verdict.Node} {action} {from} -> {to} {Port(verdict.Protocol, verdict.Port)} {(isIngress ? "ingress" : "egress")}: {verdict.Reason}");
    }

    /// <summary><c>TCP 6379</c>, or the protocol alone.</summary>
    public static string Port(string protocol, int? port) => port is { } number ? string.Create(CultureInfo.InvariantCulture, $"{protocol} {number}") : protocol;

    /// <summary>The other end: a pod by its name, whatever else so that it cannot be taken for one.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="address">Its address; null where it stands for several.</param>
    public static string Peer(PeerKind kind, string name, string? address = null) => kind switch
    {
        PeerKind.Node => $"node/{name}",
        PeerKind.Block when address is not null => $"{address} ({name})",
        _ => name,
    };
}
