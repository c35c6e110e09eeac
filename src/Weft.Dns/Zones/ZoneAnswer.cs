namespace Weft.Dns.Zones;

/// <summary>What a zone says to a question.</summary>
public enum ZoneOutcome
{
    /// <summary>The name is not of this zone: somebody else must be asked.</summary>
    Elsewhere,

    /// <summary>The records are written.</summary>
    Found,

    /// <summary>The name exists, without records of that type (RFC 2308, section 2.2).</summary>
    NoData,

    /// <summary>The name does not exist.</summary>
    NoName,

    /// <summary>A CNAME is written, and its target is not of this zone.</summary>
    Alias,
}

/// <summary>How many records of each section were written.</summary>
public record struct SectionCounts
{
    public ushort Answers;
    public ushort Authorities;
    public ushort Additional;

    /// <summary>Whether an answer had no room.</summary>
    public bool Truncated;
}
