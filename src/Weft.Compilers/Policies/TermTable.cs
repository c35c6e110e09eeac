using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Policies;

/// <summary>All terms that policies of the cluster name, each once.</summary>
internal sealed class TermTable
{
    private readonly Dictionary<string, RuleTerm> _terms = new(StringComparer.Ordinal);

    /// <summary>Terms of pods that nobody was matched with yet.</summary>
    public List<PodTerm> Added { get; } = [];

    /// <summary>Terms of pods that no policy names any more.</summary>
    public List<PodTerm> Dropped { get; } = [];

    /// <summary>Pods of one namespace.</summary>
    public PodTerm Pods(string @namespace, CleanSelector pods) =>
        Find(PodTerm.Show(@namespace, CleanSelector.Everything, pods), () => new PodTerm(@namespace, CleanSelector.Everything, pods));

    /// <summary>Pods of the namespaces that a selector chooses.</summary>
    public PodTerm Pods(CleanSelector namespaces, CleanSelector pods) =>
        Find(PodTerm.Show(null, namespaces, pods), () => new PodTerm(null, namespaces, pods));

    public NodeTerm Nodes(CleanSelector nodes) => Find(NodeTerm.Show(nodes), () => new NodeTerm(nodes));

    public BlockTerm Block(IpPrefix range, IpPrefix[] except) => Find(BlockTerm.Show(range, except), () => new BlockTerm(range, except));

    public DomainTerm Domain(DomainPattern pattern) => Find(DomainTerm.Show(pattern), () => new DomainTerm(pattern));

    public void Hold(RuleTerm term)
    {
        if (term.Holders++ == 0 && term is PodTerm pods)
            Added.Add(pods);
    }

    /// <summary>Ends a hold. Whoever replaces a policy holds for the new one first, so that terms of both stay what they are.</summary>
    public void Release(RuleTerm term)
    {
        if (--term.Holders > 0)
            return;
        _terms.Remove(term.Term.Text);
        if (term is PodTerm pods && !Added.Remove(pods))
            Dropped.Add(pods);
    }

    private T Find<T>(string text, Func<T> create)
        where T : RuleTerm
    {
        if (_terms.TryGetValue(text, out var known))
            return (T)known;
        var term = create();
        _terms.Add(text, term);
        return term;
    }
}
