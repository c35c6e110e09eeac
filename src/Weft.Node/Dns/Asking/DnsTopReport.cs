using Weft.Model;

namespace Weft.Node.Dns.Asking;

/// <summary>What a node answered: rates and times since the line before, counts since somebody watches.</summary>
public sealed record DnsTopReport
{
    /// <summary>The node.</summary>
    public string Node { get; init; } = "";

    /// <summary>When it was taken.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Answers per second since the line before.</summary>
    public double PerSecond { get; init; }

    /// <summary>Half of the answers since the line before took no longer, in milliseconds.</summary>
    public double P50Milliseconds { get; init; }

    /// <summary>99 of 100 took no longer.</summary>
    public double P99Milliseconds { get; init; }

    /// <summary>Answers since somebody watches.</summary>
    public long Total { get; init; }

    /// <summary>Which part of them, as far as they are about names of others, came from memory; null without any.</summary>
    public double? CacheHitRatio { get; init; }

    /// <summary>Names and types asked for most, with what came of them.</summary>
    public EquatableArray<DnsNameCount> Names { get; init; }

    /// <summary>Who asks most: pods as <c>namespace/name</c>, others by address.</summary>
    public EquatableArray<DnsCount> Clients { get; init; }

    /// <summary>What came of questions: <c>NOERROR</c>, <c>NXDOMAIN</c>, …</summary>
    public EquatableArray<DnsCount> Codes { get; init; }

    /// <summary>Where answers came from: <c>zone</c>, <c>cache</c>, <c>upstream</c>, <c>failure</c>, …</summary>
    public EquatableArray<DnsCount> Sources { get; init; }
}

/// <summary>How often something came.</summary>
public sealed record DnsCount(string Name, long Count);

/// <summary>How often a name was asked for with the same end.</summary>
/// <param name="Name">The whole name, with its last dot.</param>
/// <param name="Type">The type of records.</param>
/// <param name="Code">What came of it.</param>
/// <param name="Count">How often.</param>
public sealed record DnsNameCount(string Name, string Type, string Code, long Count);
