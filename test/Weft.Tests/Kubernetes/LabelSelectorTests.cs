using FsCheck;
using FsCheck.Fluent;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Tests.Kubernetes;

public sealed class LabelSelectorTests
{
    private static readonly string[] Keys = ["app", "tier", "example.com/zone"];
    private static readonly string[] Texts = ["a", "b", "", "3", "7"];

    private static readonly Gen<StringMap> Labels =
        Gen.ListOf(Gen.Zip(Gen.Elements(Keys), Gen.Elements(Texts))).Select(pairs => StringMap.Of([.. pairs.Select(pair => (pair.Item1, pair.Item2))]));

    private static readonly Gen<LabelRequirement> Requirements =
        from key in Gen.Elements(Keys)
        from op in Gen.Elements("In", "NotIn", "Exists", "DoesNotExist")
        from values in Gen.NonEmptyListOf(Gen.Elements(Texts))
        select new LabelRequirement { Key = key, Operator = op, Values = op is "In" or "NotIn" ? values.Distinct().Order(StringComparer.Ordinal).ToEquatableArray() : [] };

    private static readonly Gen<LabelSelector> Selectors =
        from labels in Labels
        from requirements in Gen.ListOf(Requirements)
        select new LabelSelector { MatchLabels = labels, MatchExpressions = requirements.ToEquatableArray() };

    [Fact]
    public void Matching_agrees_with_the_definition_in_sets() =>
        Prop.ForAll(Arb.From(Gen.Zip(Selectors, Labels)), pair =>
        {
            var (selector, labels) = pair;
            var world = labels.Select(entry => (entry.Key, entry.Value)).ToHashSet();
            var expected = selector.MatchLabels.All(entry => world.Contains((entry.Key, entry.Value)))
                && selector.MatchExpressions.All(requirement =>
                {
                    var chosen = world.Where(entry => entry.Key == requirement.Key).ToList();
                    var inside = chosen.Any(entry => requirement.Values.Any(value => value == entry.Value));
                    return requirement.Operator switch
                    {
                        "In" => inside,
                        "NotIn" => !inside,
                        "Exists" => chosen.Count > 0,
                        _ => chosen.Count == 0,
                    };
                });
            return selector.Matches(labels) == expected;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_string_form_means_the_same_as_the_object_form() =>
        Prop.ForAll(Arb.From(Gen.Zip(Selectors, Labels)), pair =>
        {
            var parsed = LabelSelector.Parse(pair.Item1.ToString());
            return parsed.Matches(pair.Item2) == pair.Item1.Matches(pair.Item2) && LabelSelector.Parse(parsed.ToString()) == parsed;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("app=a", true)]
    [InlineData(" app == a , tier notin ( x , y ) ", true)]
    [InlineData("app!=a", false)]
    [InlineData("missing!=a", true)]
    [InlineData("app in (b,a),n>4,n<6", true)]
    [InlineData("!app", false)]
    [InlineData("! missing", true)]
    [InlineData("n", true)]
    [InlineData("empty=", true)]
    [InlineData("empty in (,x)", true)]
    [InlineData("", true)]
    public void The_string_form_is_read_as_kubectl_writes_it(string text, bool matches) =>
        Assert.Equal(matches, LabelSelector.Parse(text).Matches(StringMap.Of(("app", "a"), ("n", "5"), ("empty", ""))));

    [Theory]
    [InlineData("app in a", "unable to parse requirement: found 'a', expected: '('")]
    [InlineData("app in (a", "unable to parse requirement: found '', expected: ',' or ')'")]
    [InlineData(",", "unable to parse requirement: found ',', expected: identifier")]
    [InlineData("a=b,", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("n>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    public void A_malformed_selector_is_refused_with_the_place(string text, string message)
    {
        Assert.False(LabelSelector.TryParse(text, out _, out var error));
        Assert.Equal(message, error);
    }

    [Theory]
    [InlineData("-a=b")]
    [InlineData("a=b c")]
    [InlineData("a=-b")]
    [InlineData("/a=b")]
    [InlineData("a/b/c=d")]
    public void Keys_and_values_must_be_labels(string text) => Assert.False(LabelSelector.TryParse(text, out _, out _));
}
