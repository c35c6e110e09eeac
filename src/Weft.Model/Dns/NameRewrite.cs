using System.Text.RegularExpressions;

namespace Weft.Model.Dns;

/// <summary>What of a name is compared.</summary>
public enum RewriteMatch
{
    /// <summary>All of it.</summary>
    Exact,

    /// <summary>How it begins.</summary>
    Prefix,

    /// <summary>How it ends.</summary>
    Suffix,

    /// <summary>Any part of it.</summary>
    Substring,

    /// <summary>All of it, with a regular expression; <c>{1}</c> in the replacement is what its first group found.</summary>
    Regex,
}

/// <summary>Names that stand for others: the question is answered as if it were for the other one, and the answer has the name that was asked for.</summary>
/// <param name="Match">What is compared.</param>
/// <param name="From">With what: text of names in lower case, with their last dot where they end.</param>
/// <param name="To">What takes its place.</param>
/// <param name="Continues">Whether the rules behind it are tried as well.</param>
public sealed record NameRewrite(RewriteMatch Match, string From, string To, bool Continues = false)
{
    /// <summary>A regular expression over names, in time that grows with the name only (as RE2, which CoreDNS uses).</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It looks back or ahead, which would take longer.</exception>
    public static Regex Expression(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
