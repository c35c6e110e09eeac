namespace Weft.ApiServer.Selectors;

/// <summary>A label selector in its text form, for example <c>app=web,tier in (a,b),!legacy</c>.</summary>
/// <remarks>Source: apimachinery <c>pkg/labels</c>.</remarks>
internal sealed class LabelSelector
{
    private readonly IReadOnlyList<LabelRequirement> _requirements;

    private LabelSelector(IReadOnlyList<LabelRequirement> requirements) => _requirements = requirements;

    public static LabelSelector Everything { get; } = new([]);

    public bool IsEmpty => _requirements.Count == 0;

    /// <exception cref="FormatException">Not a selector; the message is upstream's.</exception>
    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new(LabelSelectorParser.Parse(text));

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
                return false;
        }
        return true;
    }
}

internal enum LabelOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

internal sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.In => present && Values.Contains(value, StringComparer.Ordinal),
            LabelOperator.NotIn => !present || !Values.Contains(value, StringComparer.Ordinal),
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
            LabelOperator.GreaterThan => present && long.TryParse(value, out var number) && number > long.Parse(Values[0]),
            _ => present && long.TryParse(value, out var number) && number < long.Parse(Values[0]),
        };
    }
}
