using System.Globalization;
using Weft.Model.Services;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>What a connection asks for: a port of a protocol.</summary>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Port">80 or 81.</param>
public readonly record struct TruthTarget(L4Protocol Protocol, ushort Port)
{
    /// <summary>Every port of every protocol that the pods serve.</summary>
    public static IReadOnlyList<TruthTarget> All { get; } =
        [.. from protocol in (L4Protocol[])[L4Protocol.Tcp, L4Protocol.Udp, L4Protocol.Sctp] from port in (ushort[])[80, 81] select new TruthTarget(protocol, port)];

    /// <summary>Its place among <see cref="All"/>.</summary>
    public int Index => (Protocol, Port) switch
    {
        (L4Protocol.Tcp, _) => Port - 80,
        (L4Protocol.Udp, _) => 2 + Port - 80,
        _ => 4 + Port - 80,
    };

    /// <summary>As manifests spell the protocol.</summary>
    public string ProtocolName => Protocol.ToString().ToUpperInvariant();

    /// <summary><c>TCP 80</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProtocolName} {Port}");
}
