using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Weft.Kubernetes.Client;

/// <summary>What a plain scalar means, by the YAML 1.1 rules that kubectl follows (sigs.k8s.io/yaml).</summary>
/// <remarks>
/// <c>y yes on true</c> and their opposites are booleans; integers may be written <c>0x1f 0o17 017 0b11 1_000</c>; times stay strings.
/// </remarks>
internal static partial class YamlScalar
{
    /// <summary>The value of a plain scalar; null for YAML's null.</summary>
    /// <exception cref="FormatException">The value exists in YAML but not in JSON: infinity, not a number.</exception>
    public static JsonNode? Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON":
                return true;
            case "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF":
                return false;
        }

        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-' or '.'))
            return text;
        if (NotFinite().IsMatch(text))
            throw new FormatException($"'{text}' has no JSON form");
        var plain = text[0] == '.' ? text : text.Replace("_", "", StringComparison.Ordinal);
        return Integer(plain) ?? Real(plain) ?? text;
    }

    private static JsonNode? Integer(string text)
    {
        var match = IntegerForm().Match(text);
        if (!match.Success)
            return null;
        var negative = match.Groups["sign"].Value == "-";
        var value = BigInteger.Zero;
        var radix = match.Groups["x"].Success ? 16 : match.Groups["b"].Success ? 2 : match.Groups["d"].Success ? 10 : 8;
        foreach (var digit in match.Groups["digits"].Value)
            value = (value * radix) + Convert.ToInt32(digit.ToString(), 16);
        if (negative)
            value = -value;
        if (value >= long.MinValue && value <= long.MaxValue)
            return JsonValue.Create((long)value);
        return value > 0 && value <= ulong.MaxValue ? JsonValue.Create((ulong)value) : JsonNode.Parse(value.ToString(CultureInfo.InvariantCulture));
    }

    private static JsonNode? Real(string text)
    {
        if (!RealForm().IsMatch(text))
            return null;
        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
            throw new FormatException($"'{text}' has no JSON form");
        return value == Math.Truncate(value) && Math.Abs(value) < 1e15 ? JsonValue.Create((long)value) : JsonValue.Create(value);
    }

    [GeneratedRegex(@"^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$")]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"^(?<sign>[-+]?)(?:0[xX](?<x>)(?<digits>[0-9a-fA-F]+)|0[bB](?<b>)(?<digits>[01]+)|0[oO]?(?<digits>[0-7]+)|(?<d>)(?<digits>0|[1-9][0-9]*))$", RegexOptions.ExplicitCapture)]
    private static partial Regex IntegerForm();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex RealForm();
}
