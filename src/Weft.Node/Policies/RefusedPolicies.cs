using Weft.Compilers.Policies;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Node.Policies;

/// <summary>Policies whose rules the kernel refused, as they were then: they stay closed until they change, or until it is time to try again.</summary>
/// <param name="nodeName">The node, for reports.</param>
/// <param name="time">The clock.</param>
internal sealed class RefusedPolicies(string nodeName, TimeProvider time)
{
    // Apart from what the attempt costs, it may itself be a reason for doubt: not at every one, then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<PolicyRuleName, (EquatableArray<PolicyRule> Rules, string Why)> _refused = [];
    private ClosedPolicies _closing = new(new HashSet<PolicyRuleName>());
    private long _last;

    /// <summary>How many there are.</summary>
    public int Count => _refused.Count;

    /// <summary>One for each of them.</summary>
    public EquatableArray<Problem> Problems =>
        [.. _refused.Select(entry => Refused(entry.Key, entry.Value.Why)).OrderBy(problem => problem.ToString(), StringComparer.Ordinal)];

    /// <summary>Whether this part of a policy is closed.</summary>
    public bool Contains(PolicyRuleName part) => _refused.ContainsKey(part);

    /// <summary>Closes a part of a policy.</summary>
    public void Add(PolicyRuleName part, EquatableArray<PolicyRule> rules, string why)
    {
        _last = time.GetTimestamp();
        _refused[part] = (rules, why);
        Renew();
    }

    /// <summary>Lets all be tried again, unless the last attempt was just now.</summary>
    public void Review()
    {
        if (_refused.Count == 0 || time.GetElapsedTime(_last) < Patience)
            return;
        _refused.Clear();
        Renew();
    }

    /// <summary>The table with the refused policies closed. What has changed since then gets another chance.</summary>
    public PolicyTable Close(PolicyTable wanted)
    {
        if (_refused.Count == 0)
            return wanted;
        var now = ClosedPolicies.Parts(wanted);
        var changed = _refused.Where(entry => !now.TryGetValue(entry.Key, out var rules) || rules != entry.Value.Rules).Select(entry => entry.Key).ToList();
        changed.ForEach(part => _refused.Remove(part));
        if (changed.Count > 0)
            Renew();
        return _closing.Apply(wanted);
    }

    /// <summary>The table with these closed, and the refused ones.</summary>
    public PolicyTable Close(PolicyTable wanted, IEnumerable<PolicyRuleName> others) => new ClosedPolicies(_refused.Keys.Concat(others).ToHashSet()).Apply(wanted);

    private void Renew() => _closing = new ClosedPolicies(_refused.Keys.ToHashSet());

    private Problem Refused(PolicyRuleName part, string why)
    {
        var list = part.Direction == PolicyDirection.Ingress ? "ingress" : "egress";
        return new Problem(
            part.ToString(),
            "KernelRefused",
            $"the kernel of node {nodeName} does not take its {list} rules: {why}. They accept nothing there meanwhile (fail closed), and every other policy is in force. "
            + "Change or delete the policy; it is tried again by itself");
    }
}
