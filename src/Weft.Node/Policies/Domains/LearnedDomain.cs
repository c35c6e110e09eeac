using Weft.Model.Dns;

namespace Weft.Node.Policies.Domains;

/// <summary>An address of a name as it is remembered.</summary>
/// <param name="fact">Name and address.</param>
internal sealed class LearnedDomain(DomainAddress fact)
{
    /// <summary>Name and address; another reference once they hold no more.</summary>
    public DomainAddress Fact { get; set; } = fact;

    /// <summary>Until when they hold.</summary>
    public required DateTimeOffset Until { get; set; }

    /// <summary>The state of what is learned in which this came.</summary>
    public required long Version { get; set; }
}
