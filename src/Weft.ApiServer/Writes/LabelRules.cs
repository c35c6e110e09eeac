using System.Text.RegularExpressions;
using Weft.ApiServer.Kinds;

namespace Weft.ApiServer.Writes;

/// <summary>The form of label keys and values, with upstream's words.</summary>
/// <remarks>Source: apimachinery <c>util/validation</c>.</remarks>
internal static partial class LabelRules
{
    private const string NameText =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueText =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    /// <summary>What is wrong with a qualified name, <c>[PREFIX/]NAME</c>.</summary>
    public static IEnumerable<string> CheckKey(string key)
    {
        var parts = key.Split('/');
        if (parts.Length > 2)
        {
            yield return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }
        if (parts.Length == 2)
        {
            if (parts[0].Length == 0)
                yield return "prefix part must be non-empty";
            else
            {
                foreach (var problem in NameRule.Subdomain.Check(parts[0]))
                    yield return "prefix part " + problem;
            }
        }
        if (parts[^1].Length == 0)
            yield return "name part must be non-empty";
        else if (parts[^1].Length > 63)
            yield return "name part must be no more than 63 characters";
        if (!NamePattern().IsMatch(parts[^1]))
            yield return NameText;
    }

    public static IEnumerable<string> CheckValue(string value)
    {
        if (value.Length > 63)
            yield return "must be no more than 63 characters";
        if (value.Length > 0 && !NamePattern().IsMatch(value))
            yield return ValueText;
    }

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex NamePattern();
}
