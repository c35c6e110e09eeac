using System.Globalization;
using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>One condition on a label (<c>metav1.LabelSelectorRequirement</c> and <c>v1.NodeSelectorRequirement</c>).</summary>
public sealed record LabelRequirement
{
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c>, <c>DoesNotExist</c>; for nodes and in the string form also <c>Gt</c> and <c>Lt</c>.</summary>
    public string Operator { get; init => field = value ?? ""; } = "";
    public EquatableArray<string> Values { get; init; }

    /// <summary>Whether the labels fulfil the condition; an unknown operator is never fulfilled.</summary>
    /// <remarks><c>NotIn</c> also holds where the label is absent, as upstream has it.</remarks>
    public bool Matches(StringMap labels) => Matches(labels.Find(Key));

    /// <summary>Whether a label of this value (null: absent) fulfils the condition.</summary>
    public bool Matches(string? value) => Operator switch
    {
        "In" => value is not null && Values.Contains(value),
        "NotIn" => value is null || !Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value) > 0,
        "Lt" => Compare(value) < 0,
        _ => false,
    };

    /// <summary>The string form: <c>key in (a,b)</c>, <c>!key</c>, <c>key&gt;1</c>.</summary>
    public override string ToString() => Operator switch
    {
        "In" => $"{Key} in ({string.Join(',', Values)})",
        "NotIn" => $"{Key} notin ({string.Join(',', Values)})",
        "Exists" => Key,
        "DoesNotExist" => $"!{Key}",
        "Gt" => $"{Key}>{string.Join(',', Values)}",
        "Lt" => $"{Key}<{string.Join(',', Values)}",
        _ => $"{Key} {Operator} ({string.Join(',', Values)})",
    };

    private int? Compare(string? value) =>
        Values.Count == 1 && TryNumber(value, out var left) && TryNumber(Values[0], out var right) ? left.CompareTo(right) : null;

    private static bool TryNumber(string? text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
