using System.Text.RegularExpressions;
using Weft.Kubernetes;

namespace Weft.Tests.Policies.Oracle;

/// <summary>The oracle's own reading of label selectors (<c>metav1.LabelSelector</c>).</summary>
internal static class OracleSelectors
{
    private const string Name = "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]";
    private const string Prefix = @"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/";

    /// <summary>Whether every condition is one.</summary>
    public static bool IsValid(LabelSelector selector) =>
        ((IEnumerable<KeyValuePair<string, string>>)selector.MatchLabels).All(pair => IsKey(pair.Key) && IsValue(pair.Value)) && selector.MatchExpressions.All(IsValid);

    /// <summary>Whether labels fulfil every condition; those that are none count as fulfilled.</summary>
    public static bool Matches(LabelSelector selector, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (key, value) in (IEnumerable<KeyValuePair<string, string>>)selector.MatchLabels)
        {
            if (IsKey(key) && IsValue(value) && !(labels.TryGetValue(key, out var found) && found == value))
                return false;
        }

        return selector.MatchExpressions.All(condition => !IsValid(condition) || Holds(condition, labels));
    }

    private static bool Holds(LabelRequirement condition, IReadOnlyDictionary<string, string> labels)
    {
        var isThere = labels.TryGetValue(condition.Key, out var value);
        return condition.Operator switch
        {
            "In" => isThere && condition.Values.Any(one => one == value),
            "NotIn" => !isThere || condition.Values.All(one => one != value),
            "Exists" => isThere,
            _ => !isThere,
        };
    }

    private static bool IsValid(LabelRequirement condition) => IsKey(condition.Key) && condition.Values.All(IsValue) && condition.Operator switch
    {
        "In" or "NotIn" => condition.Values.Any(),
        "Exists" or "DoesNotExist" => !condition.Values.Any(),
        _ => false,
    };

    private static bool IsKey(string key) => Regex.IsMatch(key, $"^({Prefix})?{Name}$", RegexOptions.ExplicitCapture);

    private static bool IsValue(string value) => value.Length == 0 || Regex.IsMatch(value, $"^{Name}$", RegexOptions.ExplicitCapture);
}
