using Weft.Compilers.Incremental;
using Weft.Kubernetes;

namespace Weft.Compilers.Policies;

/// <summary>Pods in their groups, the terms that each group matches, and who has an address.</summary>
internal sealed class PodIndex(string node)
{
    /// <summary>More new terms than these are cheaper found from the pods' side.</summary>
    private const int FewTerms = 8;

    private readonly Dictionary<PolicyPod, PodState> _pods = new(ReferenceEqualityComparer.Instance);

    public NamespaceIndex Namespaces { get; } = new();

    public AddressOwners Owners { get; } = new();

    /// <summary>Namespaces that changed; audit of their policies may have.</summary>
    /// <returns>Names of those whose audit changed.</returns>
    public HashSet<string> Apply(ListChange<Namespace> change, Dirt dirt)
    {
        var audits = new HashSet<string>(StringComparer.Ordinal);
        var come = change.Come.Select(item => item.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in change.Gone.Where(item => !come.Contains(item.Metadata.Name)))
            Read(gone.Metadata.Name, source: null);
        foreach (var item in change.Come)
            Read(item.Metadata.Name, item);
        return audits;

        void Read(string name, Namespace? source)
        {
            var state = Namespaces.Get(name);
            var (labels, audit) = state.Read(source);
            if (audit)
                audits.Add(name);
            if (!labels)
                return;
            Namespaces.FindScopes(state);
            foreach (var group in state.Groups.Values)
                Rematch(group, dirt);
        }
    }

    /// <summary>Terms that came and went.</summary>
    public void Apply(TermTable terms, Dirt dirt)
    {
        foreach (var term in terms.Dropped)
        {
            Namespaces.Remove(term);
            foreach (var group in term.Members.ToList())
            {
                group.Terms.Remove(term);
                term.Leave(group, dirt.Ports);
                dirt.Identities.Add(group);
            }
        }

        foreach (var term in terms.Added)
            Namespaces.Add(term);
        if (terms.Added.Count > FewTerms)
            RematchAll(dirt);
        else
            terms.Added.ForEach(term => FindMembers(term, dirt));
        terms.Dropped.Clear();
        terms.Added.Clear();
    }

    /// <summary>Pods that came and went.</summary>
    public void Apply(ListChange<PolicyPod> change, Dirt dirt)
    {
        var same = new Dictionary<ObjectKey, PolicyPod>();
        foreach (var gone in change.Gone)
            same[gone.Key()] = gone;
        foreach (var pod in change.Come)
        {
            if (!same.TryGetValue(pod.Key(), out var before) || !before.Equals(pod) || !_pods.Remove(before, out var state))
                continue;
            _pods[pod] = state;
        }

        foreach (var gone in change.Gone)
        {
            if (_pods.Remove(gone, out var state))
                Leave(state, dirt);
        }

        foreach (var pod in change.Come)
        {
            if (pod.IsPoliced && !_pods.ContainsKey(pod))
                _pods[pod] = Enter(pod, dirt);
        }
    }

    private PodState Enter(PolicyPod pod, Dirt dirt)
    {
        var home = Namespaces.Get(pod.Namespace);
        if (!home.Groups.TryGetValue((pod.Labels, pod.Ports), out var group))
        {
            group = new PodGroup(home, pod.Labels, pod.Ports);
            home.Groups.Add((pod.Labels, pod.Ports), group);
            Rematch(group, dirt);
            dirt.Note(group);
        }

        var state = new PodState(pod, group, pod.Node == node);
        group.Pods.Add(state);
        if (state.IsLocal && group.LocalPods++ == 0)
            dirt.Classes.Add(group);
        Owners.Add(state);
        dirt.Note(pod.Addresses);
        return state;
    }

    private void Leave(PodState state, Dirt dirt)
    {
        var group = state.Group;
        group.Pods.Remove(state);
        if (state.IsLocal && --group.LocalPods == 0)
            dirt.Classes.Add(group);
        Owners.Remove(state);
        dirt.Note(state.Pod.Addresses);
        if (group.Pods.Count > 0)
            return;
        group.Namespace.Groups.Remove((group.Labels, group.Ports));
        foreach (var term in group.Terms)
            term.Leave(group, dirt.Ports);
        group.Terms = [];
        dirt.Note(group);
    }

    private void RematchAll(Dirt dirt)
    {
        foreach (var state in Namespaces.All)
        {
            foreach (var group in state.Groups.Values)
                Rematch(group, dirt);
        }
    }

    private static void Rematch(PodGroup group, Dirt dirt)
    {
        var terms = NamespaceIndex.Match(group.Namespace, group.Labels);
        var before = group.Terms.ToHashSet();
        if (before.SetEquals(terms))
            return;
        foreach (var term in before.Except(terms))
            term.Leave(group, dirt.Ports);
        foreach (var term in terms)
            term.Join(group, dirt.Ports);
        group.Terms = terms;
        dirt.Note(group);
    }

    private void FindMembers(PodTerm term, Dirt dirt)
    {
        foreach (var state in Namespaces.Reached(term))
        {
            foreach (var group in state.Groups.Values)
            {
                if (!term.Pods.Matches(group.Labels))
                    continue;
                group.Terms.Add(term);
                term.Join(group, dirt.Ports);
                dirt.Note(group);
            }
        }
    }
}
