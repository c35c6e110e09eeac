using System.Text.RegularExpressions;

namespace Weft.ApiServer.Kinds;

/// <summary>How objects of a kind may be named, with upstream's words when they are not.</summary>
/// <remarks>Source: apimachinery <c>util/validation</c>; RFC 1123 and RFC 1035.</remarks>
internal sealed partial class NameRule
{
    private readonly Regex _pattern;
    private readonly int _maxLength;
    private readonly string _message;

    private NameRule(Regex pattern, int maxLength, string message)
    {
        _pattern = pattern;
        _maxLength = maxLength;
        _message = message;
    }

    public static NameRule Subdomain { get; } = new(SubdomainPattern(), 253,
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");

    public static NameRule Label { get; } = new(LabelPattern(), 63,
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");

    public static NameRule Rfc1035Label { get; } = new(Rfc1035Pattern(), 63,
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");

    /// <summary>What is wrong with a name, if anything.</summary>
    public IEnumerable<string> Check(string name)
    {
        if (name.Length > _maxLength)
            yield return $"must be no more than {_maxLength} characters";
        if (!_pattern.IsMatch(name))
            yield return _message;
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Rfc1035Pattern();
}
