using System.Globalization;
using Weft.Compilers.Policies.Testing;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Compilers.Policies.Reach;

/// <summary>Ports of a protocol of which a connection fares the same.</summary>
/// <param name="Protocol">IANA protocol number; <see cref="Others"/> for all protocols without ports.</param>
/// <param name="First">First port.</param>
/// <param name="Last">Last port.</param>
/// <param name="IsAccepted">Whether it passes.</param>
/// <param name="Why">The rules that decided.</param>
public readonly record struct PortPiece(byte Protocol, ushort First, ushort Last, bool IsAccepted, string Why)
{
    /// <summary>ICMP, and whatever else has no ports.</summary>
    public const byte Others = ExpectedPort.Icmp;

    /// <summary>The protocols that pieces are of.</summary>
    internal static readonly byte[] Protocols = [(byte)L4Protocol.Tcp, (byte)L4Protocol.Udp, (byte)L4Protocol.Sctp, Others];

    /// <summary>Ports in words: <c>TCP 80, UDP 53</c>, <c>everything</c>.</summary>
    public static string Show(IEnumerable<PortPiece> pieces)
    {
        var merged = Merge(pieces);
        if (merged.Count == Protocols.Length && merged.TrueForAll(piece => piece is { First: 0, Last: ushort.MaxValue }))
            return "everything";
        return merged.Count == 0 ? "nothing" : string.Join(", ", merged.Select(Show));
    }

    /// <summary>Pieces that touch become one, whatever decided them.</summary>
    internal static List<PortPiece> Merge(IEnumerable<PortPiece> pieces)
    {
        var merged = new List<PortPiece>();
        foreach (var piece in pieces.OrderBy(piece => Array.IndexOf(Protocols, piece.Protocol)).ThenBy(piece => piece.First))
        {
            if (merged.Count > 0 && merged[^1] is var last && last.Protocol == piece.Protocol && last.Last + 1 >= piece.First)
                merged[^1] = last with { Last = ushort.Max(last.Last, piece.Last) };
            else
                merged.Add(piece);
        }

        return merged;
    }

    private static string Show(PortPiece piece) => piece.Protocol == Others
        ? "ICMP and others without ports"
        : PolicyText.Port(new PolicyPort(piece.Protocol, piece.First, piece.Last));

    /// <summary>As programs read it: <c>tcp/80</c>, <c>udp/8000-8099</c>, <c>other</c>.</summary>
    internal string Code() => Protocol == Others
        ? "other"
        : string.Create(CultureInfo.InvariantCulture, $"{ExpectedPort.Word(Protocol).ToLowerInvariant()}/{First}{(First == Last ? "" : $"-{Last}")}");
}

/// <summary>What a class says of a peer, or both ends of each other, for every port.</summary>
internal static class PortPieces
{
    /// <summary>What a pod without policies says.</summary>
    public static readonly EquatableArray<PortPiece> Open = [.. PortPiece.Protocols.Select(protocol => new PortPiece(protocol, 0, ushort.MaxValue, true, ""))];

    /// <summary>What a class says of a peer.</summary>
    public static EquatableArray<PortPiece> Of(PolicyClass? rules, PeerIdentity? peer) =>
        rules is null ? Open : PortPiece.Protocols.SelectMany(protocol => Of(rules, peer, protocol)).ToEquatableArray();

    /// <summary>What both ends say together: what both accept passes.</summary>
    public static EquatableArray<PortPiece> Both(EquatableArray<PortPiece> egress, EquatableArray<PortPiece> ingress)
    {
        if (egress == Open)
            return ingress;
        if (ingress == Open)
            return egress;
        var both = new List<PortPiece>();
        foreach (var (from, to) in Overlaps(egress, ingress))
        {
            var why = !from.IsAccepted ? from.Why : !to.IsAccepted ? to.Why : string.Join("; ", new[] { from.Why, to.Why }.Where(text => text.Length > 0));
            both.Add(new PortPiece(from.Protocol, ushort.Max(from.First, to.First), ushort.Min(from.Last, to.Last), from.IsAccepted && to.IsAccepted, why));
        }

        return both.ToEquatableArray();
    }

    /// <summary>Pairs of pieces that have ports in common.</summary>
    public static IEnumerable<(PortPiece Left, PortPiece Right)> Overlaps(EquatableArray<PortPiece> left, EquatableArray<PortPiece> right) =>
        left.SelectMany(one => right.Where(other => other.Protocol == one.Protocol && other.First <= one.Last && one.First <= other.Last).Select(other => (one, other)));

    private static IEnumerable<PortPiece> Of(PolicyClass rules, PeerIdentity? peer, byte protocol)
    {
        if (protocol == PortPiece.Others)
        {
            yield return PieceOf(rules, protocol, 0, ushort.MaxValue, rules.Decide(peer, protocol, port: null));
            yield break;
        }

        var starts = rules.Admin.Concat(rules.Namespaced).Concat(rules.Baseline).SelectMany(rule => rule.Ports ?? []).Where(port => port.Protocol == protocol)
            .SelectMany(port => (int[])[port.First, port.Last + 1]).Append(0).Where(start => start <= ushort.MaxValue).Distinct().Order().ToList();
        PortPiece? open = null;
        for (var i = 0; i < starts.Count; i++)
        {
            var last = (ushort)(i + 1 < starts.Count ? starts[i + 1] - 1 : ushort.MaxValue);
            var piece = PieceOf(rules, protocol, (ushort)starts[i], last, rules.Decide(peer, protocol, (ushort)starts[i]));
            if (open is { } before && (before.IsAccepted, before.Why) == (piece.IsAccepted, piece.Why))
            {
                open = before with { Last = last };
                continue;
            }

            if (open is { } done)
                yield return done;
            open = piece;
        }

        yield return open!.Value;
    }

    private static PortPiece PieceOf(PolicyClass rules, byte protocol, ushort first, ushort last, PolicyDecision decision) => new(
        protocol, first, last, decision.IsAccepted, decision.Rule?.ToString() ?? (decision.IsAccepted ? "" : $"default deny of {string.Join(", ", (IEnumerable<PolicyRuleName>)rules.IsolatedBy)}"));
}
