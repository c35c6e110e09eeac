using Weft.Compilers.Incremental;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>The rules of this node's pods.</summary>
internal sealed class PodRules(AddressOwners owners)
{
    private static readonly PolicyDirection[] Directions = [PolicyDirection.Ingress, PolicyDirection.Egress];

    private readonly ClassTable _classes = new();
    private readonly Dictionary<IpAddress, PolicedPod> _listed = [];

    /// <summary>Sorted.</summary>
    public EquatableArray<PolicedPod> Pods { get; private set; }

    /// <summary>Finds the classes of groups that may have others.</summary>
    /// <returns>Terms that came into use or fell out of it.</returns>
    public IReadOnlyCollection<RuleTerm> FindClasses(Dirt dirt)
    {
        _classes.Touched.Clear();
        foreach (var group in dirt.Classes)
        {
            var policies = PoliciesOf(group);
            var changed = false;
            foreach (var direction in Directions)
            {
                changed |= Put(group, direction, audited: false, policies.Where(policy => !policy.IsAudited));
                var hasAudit = policies.Exists(policy => policy.IsAudited && policy.Part(direction)?.For(group.Ports) is not null);
                changed |= Put(group, direction, audited: true, hasAudit ? policies : []);
            }

            if (!changed)
                continue;
            foreach (var pod in group.Pods.Where(pod => pod.IsLocal))
                dirt.Note(pod.Pod.Addresses);
        }

        return _classes.Touched;
    }

    /// <summary>Lists the pods at addresses that changed.</summary>
    public void Update(Dirt dirt)
    {
        var removed = new List<PolicedPod>();
        var added = new List<PolicedPod>();
        foreach (var address in dirt.Addresses)
        {
            var before = _listed.GetValueOrDefault(address);
            var after = Wanted(address);
            if (before == after)
                continue;
            if (before is not null)
                removed.Add(before);
            _listed.Remove(address);
            if (after is not null)
                added.Add(_listed[address] = after);
        }

        Pods = SortedChange.Of(Pods, removed, added, static (left, right) => left.Address.CompareTo(right.Address));
    }

    private static List<CompiledPolicy> PoliciesOf(PodGroup group)
    {
        if (group.LocalPods == 0)
            return [];
        var policies = group.Terms.SelectMany(term => term.Subjects).ToList();
        policies.Sort(CompiledPolicy.Compare);
        return policies;
    }

    private bool Put(PodGroup group, PolicyDirection direction, bool audited, IEnumerable<CompiledPolicy> policies)
    {
        var slot = PodGroup.SlotOf(direction, audited);
        var fragments = policies.Select(policy => policy.Part(direction)?.For(group.Ports)).OfType<Fragment>().ToList();
        var before = group.Classes[slot];
        var after = group.Classes[slot] = _classes.Take(direction, audited, fragments);
        _classes.Return(before);
        return before != after;
    }

    private PolicedPod? Wanted(IpAddress address)
    {
        if (owners.Find(address) is not { IsLocal: true } owner)
            return null;
        var pod = new PolicedPod(address, owner.Pod.Namespace, owner.Pod.Name)
        {
            Ingress = owner.Group.ClassOf(PolicyDirection.Ingress, audited: false),
            Egress = owner.Group.ClassOf(PolicyDirection.Egress, audited: false),
            AuditedIngress = owner.Group.ClassOf(PolicyDirection.Ingress, audited: true),
            AuditedEgress = owner.Group.ClassOf(PolicyDirection.Egress, audited: true),
        };
        return pod is { Ingress: null, Egress: null, AuditedIngress: null, AuditedEgress: null } ? null : pod;
    }
}
