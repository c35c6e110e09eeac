using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>What readers of both kinds of policies share: terms, and a list of what is wrong.</summary>
/// <param name="name">The policy.</param>
/// <param name="terms">Terms of the cluster.</param>
/// <param name="learnsDomains">Whether addresses of domain names are learned.</param>
internal sealed class PolicyReader(PolicyRuleName name, TermTable terms, bool learnsDomains = false)
{
    private readonly List<Problem> _problems = [];

    public Problem[] Problems => [.. _problems.Distinct()];

    public TermTable Terms => terms;

    public bool LearnsDomains => learnsDomains;

    public PodTerm AllPods => terms.Pods(CleanSelector.Everything, CleanSelector.Everything);

    private string ObjectName => name.Namespace.Length == 0 ? $"{name.Kind} {name.Policy}" : $"{name.Kind} {name.Namespace}/{name.Policy}";

    public PolicyRuleName Rule(PolicyDirection direction, int index, string title = "") => name with { Direction = direction, Index = index, Title = title };

    public void Add(string reason, string message) => _problems.Add(new Problem(ObjectName, reason, message));

    /// <summary>A selector, and whether all of it was understood.</summary>
    public (CleanSelector Selector, bool IsWhole) Selector(LabelSelector? selector, string where)
    {
        var clean = CleanSelector.Of(selector);
        if (clean.Error is { } error)
            Add("InvalidSelector", $"{where}: {error}");
        return (clean, clean.Error is null);
    }

    /// <summary>A block of addresses; null when any of it is no such thing.</summary>
    public BlockTerm? Block(string cidr, IEnumerable<string> except, string where)
    {
        if (!IpPrefix.TryParse(cidr, out var range))
        {
            Add("InvalidCIDR", $"{where}: '{cidr}' is no block such as 10.0.0.0/8 or fd00::/8, so it matches nobody");
            return null;
        }

        var holes = new SortedSet<IpPrefix>();
        var isWhole = true;
        foreach (var text in except)
        {
            if (IpPrefix.TryParse(text, out var hole) && hole.Length > range.Length && range.Contains(hole))
            {
                holes.Add(hole);
                continue;
            }

            isWhole = false;
            Add("InvalidExcept", $"{where}: the exception '{text}' is no block within {range}, so nobody in {range} is matched");
        }

        return isWhole ? terms.Block(range, [.. holes]) : null;
    }

    public PolicyPart Part(PolicyDirection direction, PolicyTier tier, RuleDraft[] rules, PodTerm subject) =>
        new(Rule(direction, -1), tier, rules, subject, AllPods);
}
