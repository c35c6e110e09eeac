using System.Text.Json.Serialization;
using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Chooses objects by their labels (<c>metav1.LabelSelector</c>): every entry and every expression must hold.</summary>
/// <remarks>An empty selector chooses everything; a missing one (null) means whatever its field says, mostly nothing.</remarks>
public sealed record LabelSelector
{
    /// <summary>Chooses everything.</summary>
    public static LabelSelector Everything { get; } = new();

    public StringMap MatchLabels { get; init; }
    public EquatableArray<LabelRequirement> MatchExpressions { get; init; }

    /// <summary>Whether this selector chooses everything.</summary>
    [JsonIgnore]
    public bool IsEmpty => MatchLabels.Count == 0 && MatchExpressions.Count == 0;

    /// <summary>The selector of a plain map, as Services have it.</summary>
    public static LabelSelector Of(StringMap labels) => new() { MatchLabels = labels };

    /// <summary>Reads the string form, such as <c>app=web,tier in (a,b),!canary</c>.</summary>
    /// <param name="text">The text; empty chooses everything.</param>
    /// <param name="selector">The selector, all of whose conditions are expressions.</param>
    /// <param name="error">What is wrong, worded for the person who wrote it.</param>
    public static bool TryParse(string? text, out LabelSelector selector, out string? error) =>
        LabelSelectorParser.TryParse(text ?? "", out selector, out error);

    /// <summary>Reads the string form.</summary>
    /// <exception cref="FormatException">The text is no selector; the message says where.</exception>
    public static LabelSelector Parse(string? text) =>
        TryParse(text, out var selector, out var error) ? selector : throw new FormatException(error);

    /// <summary>Whether an object with these labels is chosen.</summary>
    public bool Matches(StringMap labels)
    {
        if (!labels.ContainsAll(MatchLabels))
            return false;
        foreach (var requirement in MatchExpressions)
        {
            if (!requirement.Matches(labels))
                return false;
        }

        return true;
    }

    /// <summary>The string form, as the API takes it in <c>labelSelector=</c> and writes it in scale status.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        foreach (var (key, value) in MatchLabels)
            parts.Add($"{key}={value}");
        foreach (var requirement in MatchExpressions)
            parts.Add(requirement.ToString());
        return string.Join(',', parts);
    }
}
