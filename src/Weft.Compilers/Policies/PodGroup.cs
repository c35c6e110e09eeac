using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>Pods of one namespace with the same labels and the same named ports: no policy can tell them apart, but by their addresses.</summary>
internal sealed class PodGroup(NamespaceState @namespace, StringMap labels, EquatableArray<PodPort> ports)
{
    private RuleTerm[]? _termsInUse;

    public NamespaceState Namespace { get; } = @namespace;

    public StringMap Labels { get; } = labels;

    public EquatableArray<PodPort> Ports { get; } = ports;

    public HashSet<PodState> Pods { get; } = [];

    /// <summary>How many of them run on this node.</summary>
    public int LocalPods { get; set; }

    /// <summary>What they match.</summary>
    public List<PodTerm> Terms { get; set; } = [];

    /// <summary>Their rules, by direction and audit; null where no policy selects them, or none of them runs here.</summary>
    public ClassEntry?[] Classes { get; } = new ClassEntry?[4];

    /// <summary>What they match of what rules of this node ask for, sorted.</summary>
    public RuleTerm[] TermsInUse => _termsInUse ??= CollectTermsInUse();

    public void ForgetTermsInUse() => _termsInUse = null;

    public PolicyClass? ClassOf(PolicyDirection direction, bool audited) => Classes[SlotOf(direction, audited)]?.Class;

    public static int SlotOf(PolicyDirection direction, bool audited) => (int)direction + (audited ? 2 : 0);

    public bool Has(PodPort port) => Ports.AsSpan().Contains(port);

    private RuleTerm[] CollectTermsInUse()
    {
        var used = new List<RuleTerm>();
        foreach (var term in Terms)
        {
            if (term.Uses > 0)
                used.Add(term);
            foreach (var port in term.Ports)
            {
                if (port.Uses > 0 && Has(port.Port))
                    used.Add(port);
            }
        }

        used.Sort(TermOrder.Compare);
        return [.. used];
    }
}

/// <summary>A pod and the group in which it is.</summary>
internal sealed class PodState(PolicyPod pod, PodGroup group, bool isLocal)
{
    public PolicyPod Pod { get; } = pod;

    public PodGroup Group { get; } = group;

    public bool IsLocal { get; } = isLocal;

    /// <summary>Of two pods with one address, the one that is not on its way out, then the younger has it.</summary>
    public bool IsBefore(PodState other)
    {
        var (mine, others) = (Pod.Metadata, other.Pod.Metadata);
        if (mine.DeletionTimestamp is null != others.DeletionTimestamp is null)
            return mine.DeletionTimestamp is null;
        var (born, otherBorn) = (mine.CreationTimestamp ?? default, others.CreationTimestamp ?? default);
        return born != otherBorn ? born > otherBorn : Pod.Key().CompareTo(other.Pod.Key()) < 0;
    }
}

/// <summary>The order of terms: by text, as identities keep them.</summary>
internal static class TermOrder
{
    public static int Compare(RuleTerm left, RuleTerm right) => left.Term.CompareTo(right.Term);
}
