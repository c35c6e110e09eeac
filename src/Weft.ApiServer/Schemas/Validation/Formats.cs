using System.Net;
using System.Text.RegularExpressions;

namespace Weft.ApiServer.Schemas.Validation;

/// <summary>Checks of single values, with upstream's texts. Each returns null when the value is fine.</summary>
/// <remarks>Source: apimachinery <c>util/validation</c>.</remarks>
internal static partial class Formats
{
    public const string PortText = "must be between 1 and 65535, inclusive";

    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainPattern = LabelPattern + @"(\." + LabelPattern + ")*";
    private const string QualifiedPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string ValuePattern = "(" + QualifiedPattern + ")?";

    private const string Rfc1035Pattern = "[a-z]([-a-z0-9]*[a-z0-9])?";

    private const string Rfc1035Text =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an "
        + "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '" + Rfc1035Pattern + "')";

    private const string LabelText =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric "
        + "character (e.g. 'my-name',  or '123-abc', regex used for validation is '" + LabelPattern + "')";

    private const string SubdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'example.com', regex used for validation is '" + SubdomainPattern + "')";

    private const string ValueText =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '" + ValuePattern + "')";

    private const string QualifiedText =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '" + QualifiedPattern + "')";

    private const string KeyText =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', "
        + "regex used for validation is '[-._a-zA-Z0-9]+')";

    /// <summary>The check that a schema names with <c>is:</c>, of a string.</summary>
    public static string? Check(string name, string value) => name switch
    {
        "label" => Label(value),
        "ip" => Ip(value),
        _ => throw new InvalidOperationException($"no check of strings is called {name}"),
    };

    /// <summary>The check that a schema names with <c>is:</c>, of an integer.</summary>
    public static string? Check(string name, long value) => name switch
    {
        "port" => Port(value),
        "mode" => value is >= 0 and <= 511 ? null : "must be a number between 0 and 0777 (octal), both inclusive",
        "weight" => value is >= 1 and <= 100 ? null : "must be in the range 1-100",
        _ => throw new InvalidOperationException($"no check of numbers is called {name}"),
    };

    public static string? Port(long port) => port is >= 1 and <= 65535 ? null : PortText;

    /// <summary>RFC 1123 label.</summary>
    public static string? Label(string value) => Longest(value, 63) ?? (LabelRegex().IsMatch(value) ? null : LabelText);

    public static string? Subdomain(string value) => Longest(value, 253) ?? (SubdomainRegex().IsMatch(value) ? null : SubdomainText);

    /// <summary>The name of a Service, which is also a DNS name of old.</summary>
    public static string? Rfc1035Label(string value) => Longest(value, 63) ?? (Rfc1035Regex().IsMatch(value) ? null : Rfc1035Text);

    public static string? LabelValue(string value) => Longest(value, 63) ?? (ValueRegex().IsMatch(value) ? null : ValueText);

    /// <summary>A key of a ConfigMap or Secret.</summary>
    public static string? ConfigKey(string value) => Longest(value, 253) ?? (value, KeyRegex().IsMatch(value)) switch
    {
        (_, false) => KeyText,
        (".", _) => "must not be '.'",
        ("..", _) => "must not be '..'",
        (['.', '.', ..], _) => "must not start with '..'",
        _ => null,
    };

    /// <summary>A label key: an optional DNS prefix, a slash, a name.</summary>
    public static string? QualifiedName(string value)
    {
        var slash = value.IndexOf('/');
        var name = value;
        if (slash >= 0)
        {
            name = value[(slash + 1)..];
            var prefix = value[..slash];
            if (name.Contains('/', StringComparison.Ordinal))
                return $"a qualified name {QualifiedText} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            if (prefix.Length == 0)
                return "prefix part must be non-empty";
            if (Subdomain(prefix) is { } problem)
                return $"prefix part {problem}";
        }
        if (name.Length == 0)
            return "name part must be non-empty";
        return Longest(name, 63) is { } tooLong ? $"name part {tooLong}"
            : QualifiedRegex().IsMatch(name) ? null : $"name part {QualifiedText}";
    }

    /// <summary>An IANA service name: a port's name.</summary>
    public static string? PortName(string value) =>
        Longest(value, 15)
        ?? (!PortCharsRegex().IsMatch(value) ? "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
            : !value.Any(char.IsAsciiLetterLower) ? "must contain at least one letter (a-z)"
            : value.Contains("--", StringComparison.Ordinal) ? "must not contain consecutive hyphens"
            : value[0] == '-' || value[^1] == '-' ? "must not begin or end with a hyphen"
            : null);

    public static string? EnvironmentName(string value) =>
        value.All(c => c is >= ' ' and <= '~' and not '=')
            ? null
            : "a valid environment variable name must consist only of printable ASCII characters other than '='";

    public static string? Ip(string value) =>
        StrictIp(value) is not null ? null : "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    public static string? Cidr(string value) =>
        value.Split('/') is [var address, var length]
        && StrictIp(address) is { } ip
        && byte.TryParse(length, System.Globalization.NumberStyles.None, null, out var bits)
        && bits <= (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)
            ? null
            : "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

    /// <summary>The address, or null. Stricter than .NET: four decimal parts, no zone.</summary>
    public static IPAddress? StrictIp(string value)
    {
        if (value.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(value, out var ip))
            return null;
        if (value.Contains(':', StringComparison.Ordinal))
            return value[0] == '[' ? null : ip;
        return DottedRegex().IsMatch(value) ? ip : null;
    }

    private static string? Longest(string value, int length) => value.Length <= length ? null : $"must be no more than {length} characters";

    [GeneratedRegex("^" + LabelPattern + "\\z")]
    private static partial Regex LabelRegex();

    [GeneratedRegex("^" + SubdomainPattern + "\\z")]
    private static partial Regex SubdomainRegex();

    [GeneratedRegex("^" + Rfc1035Pattern + "\\z")]
    private static partial Regex Rfc1035Regex();

    [GeneratedRegex("^" + QualifiedPattern + "\\z")]
    private static partial Regex QualifiedRegex();

    [GeneratedRegex("^" + ValuePattern + "\\z")]
    private static partial Regex ValueRegex();

    [GeneratedRegex("^[-._a-zA-Z0-9]+\\z")]
    private static partial Regex KeyRegex();

    [GeneratedRegex("^[-a-z0-9]+\\z")]
    private static partial Regex PortCharsRegex();

    [GeneratedRegex(@"^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}\z")]
    private static partial Regex DottedRegex();
}
