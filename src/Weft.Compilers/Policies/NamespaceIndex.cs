using System.Diagnostics.CodeAnalysis;
using Weft.Kubernetes;

namespace Weft.Compilers.Policies;

/// <summary>Namespaces and the scopes of terms that reach them.</summary>
internal sealed class NamespaceIndex
{
    private readonly Dictionary<string, NamespaceState> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TermScope> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TermScope> _selected = new(StringComparer.Ordinal);

    public IReadOnlyCollection<NamespaceState> All => _namespaces.Values;

    /// <summary>The namespace of that name, known from now on even if there is no object yet.</summary>
    public NamespaceState Get(string name)
    {
        if (_namespaces.TryGetValue(name, out var known))
            return known;
        var state = new NamespaceState(name);
        _namespaces.Add(name, state);
        FindScopes(state);
        return state;
    }

    /// <summary>Finds out again which scopes reach a namespace.</summary>
    public void FindScopes(NamespaceState state)
    {
        state.Scopes.Clear();
        if (_named.TryGetValue(state.Name, out var own))
            state.Scopes.Add(own);
        state.Scopes.AddRange(_selected.Values.Where(scope => scope.Reaches(state.Labels)));
    }

    public void Add(PodTerm term)
    {
        if (!TryFind(term, out var scope))
            scope = Open(term);
        scope.Add(term);
    }

    public void Remove(PodTerm term)
    {
        if (!TryFind(term, out var scope))
            return;
        scope.Remove(term);
        if (scope.Count > 0)
            return;
        _ = term.Namespace is { } name ? _named.Remove(name) : _selected.Remove(term.Namespaces.Text);
        foreach (var state in Reached(term))
            state.Scopes.Remove(scope);
    }

    /// <summary>What pods of a namespace with these labels match.</summary>
    public static List<PodTerm> Match(NamespaceState state, StringMap labels)
    {
        var matched = new List<PodTerm>();
        foreach (var scope in state.Scopes)
            scope.Match(labels, matched);
        return matched;
    }

    /// <summary>The namespaces of which a term speaks.</summary>
    public IEnumerable<NamespaceState> Reached(PodTerm term)
    {
        if (term.Namespace is not { } name)
            return _namespaces.Values.Where(state => term.Namespaces.Matches(state.Labels));
        return _namespaces.TryGetValue(name, out var state) ? [state] : [];
    }

    private bool TryFind(PodTerm term, [MaybeNullWhen(false)] out TermScope scope) =>
        term.Namespace is { } name ? _named.TryGetValue(name, out scope) : _selected.TryGetValue(term.Namespaces.Text, out scope);

    private TermScope Open(PodTerm term)
    {
        var scope = new TermScope(term.Namespace is null ? term.Namespaces : null);
        _ = term.Namespace is { } name ? _named[name] = scope : _selected[term.Namespaces.Text] = scope;
        foreach (var state in Reached(term))
            state.Scopes.Add(scope);
        return scope;
    }
}
