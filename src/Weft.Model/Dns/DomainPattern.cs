using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Weft.Model.Dns;

/// <summary>Domain names as policies name them: one name, or all below one (policy.networking.k8s.io, <c>DomainName</c>).</summary>
/// <remarks>
/// <c>kubernetes.io</c> is that name alone; <c>*.kubernetes.io</c> is <c>www.kubernetes.io</c> and <c>latest.blog.kubernetes.io</c>, but not <c>kubernetes.io</c>. At
/// least two labels of letters, digits, hyphens and underscores, with or without the last dot, whatever the case.
/// </remarks>
/// <param name="Name">The name, or what names are to lie below.</param>
/// <param name="IsWildcard">Whether names below are meant.</param>
public readonly record struct DomainPattern(DnsName Name, bool IsWildcard)
{
    private const string Wildcard = "*.";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Reads a pattern; says what is wrong with it otherwise.</summary>
    public static bool TryParse(string text, out DomainPattern pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = default;
        var isWildcard = text.StartsWith(Wildcard, StringComparison.Ordinal);
        var plain = (isWildcard ? text[Wildcard.Length..] : text).ToLowerInvariant();
        problem = plain.Contains('*')
            ? "'*' stands for whole labels, at the beginning only"
            : plain.AsSpan().TrimEnd('.').Contains('.') ? null : "it has one label, and needs two or more";
        if (problem is not null)
            return false;
        if (plain.AsSpan().IndexOfAnyExcept(Allowed) >= 0)
        {
            problem = "labels are letters, digits, hyphens and underscores";
            return false;
        }

        if (!DnsName.TryParse(plain, out var name, out problem))
            return false;
        pattern = new DomainPattern(name, isWildcard);
        return true;
    }

    /// <summary>Whether a name is meant.</summary>
    public bool Matches(DnsName name) => Matches(name.Wire);

    /// <summary>Whether a name is meant, as it is on the wire.</summary>
    public bool Matches(ReadOnlySpan<byte> name) =>
        IsWildcard ? name.Length > Name.Wire.Length && NameBytes.IsWithin(name, Name.Wire) : NameBytes.Equal(name, Name.Wire);

    /// <summary>In lower case, without the last dot.</summary>
    public override string ToString() => $"{(IsWildcard ? Wildcard : "")}{Name.ToString().TrimEnd('.')}";
}
