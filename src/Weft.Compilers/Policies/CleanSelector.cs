using Weft.Kubernetes;

namespace Weft.Compilers.Policies;

/// <summary>A label selector whose conditions were checked and put into one form, so that selectors which say the same are equal.</summary>
/// <remarks>A condition that cannot be understood is left out and reported: without it the selector chooses more, never less.</remarks>
internal sealed class CleanSelector
{
    private readonly LabelRequirement[] _requirements;

    private CleanSelector(LabelRequirement[] requirements, string? error)
    {
        _requirements = requirements;
        Error = error;
        Text = string.Join(',', requirements.Select(Show));
    }

    /// <summary>Chooses everything.</summary>
    public static CleanSelector Everything { get; } = new([], error: null);

    /// <summary>Canonical: <c>app=web,tier in (a,b),!canary</c>; empty when it chooses everything.</summary>
    public string Text { get; }

    /// <summary>What is wrong with the first condition that was left out.</summary>
    public string? Error { get; }

    public ReadOnlySpan<LabelRequirement> Requirements => _requirements;

    /// <summary>Reads a selector; a missing one chooses everything.</summary>
    public static CleanSelector Of(LabelSelector? selector)
    {
        if (selector is null || selector.IsEmpty)
            return Everything;
        var kept = new Dictionary<string, LabelRequirement>(StringComparer.Ordinal);
        string? error = null;
        foreach (var (key, value) in selector.MatchLabels)
            Check(new LabelRequirement { Key = key, Operator = "In", Values = [value] });
        foreach (var requirement in selector.MatchExpressions)
            Check(requirement);
        return new CleanSelector([.. kept.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value)], error);

        void Check(LabelRequirement requirement)
        {
            if (ErrorIn(requirement) is { } found)
            {
                error ??= found;
                return;
            }

            var clean = requirement with { Values = [.. requirement.Values.Distinct().Order(StringComparer.Ordinal)] };
            kept[Show(clean)] = clean;
        }
    }

    /// <summary>Whether labels are chosen.</summary>
    public bool Matches(StringMap labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
                return false;
        }

        return true;
    }

    private static string? ErrorIn(LabelRequirement requirement)
    {
        if (LabelSyntax.ErrorInKey(requirement.Key) is { } key)
            return $"key '{requirement.Key}': {key}";
        var wantsValues = requirement.Operator is "In" or "NotIn";
        if (!wantsValues && requirement.Operator is not ("Exists" or "DoesNotExist"))
            return $"key '{requirement.Key}': '{requirement.Operator}' is none of the operators In, NotIn, Exists and DoesNotExist";
        if (wantsValues != requirement.Values.Count > 0)
            return $"key '{requirement.Key}': {requirement.Operator} {(wantsValues ? "needs values" : "takes no values")}";
        foreach (var value in requirement.Values)
        {
            if (LabelSyntax.ErrorInValue(value) is { } error)
                return $"key '{requirement.Key}', value '{value}': {error}";
        }

        return null;
    }

    private static string Show(LabelRequirement requirement) => (requirement.Operator, requirement.Values.Count) switch
    {
        ("In", 1) => $"{requirement.Key}={requirement.Values[0]}",
        ("NotIn", 1) => $"{requirement.Key}!={requirement.Values[0]}",
        _ => requirement.ToString(),
    };
}
