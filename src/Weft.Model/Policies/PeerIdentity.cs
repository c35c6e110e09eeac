namespace Weft.Model.Policies;

/// <summary>A set of peers that no rule tells apart: all of them match the same terms.</summary>
/// <param name="Terms">
/// What they match, sorted. Who matches nothing is not listed, unless a wider block would name him: then, and only then, this is <see cref="Nobody"/>.
/// </param>
public sealed record PeerIdentity(EquatableArray<PeerTerm> Terms)
{
    private int _hash;

    // With other terms the hash is another.
    private PeerIdentity(PeerIdentity original) => Terms = original.Terms;

    /// <summary>Peers that match nothing: exceptions of a block.</summary>
    public static PeerIdentity Nobody { get; } = new([]);

    /// <inheritdoc/>
    public bool Equals(PeerIdentity? other) => ReferenceEquals(this, other) || (other is not null && Terms == other.Terms);

    /// <inheritdoc/>
    /// <remarks>Kept: every peer is looked up by it, and terms are long.</remarks>
    public override int GetHashCode() => _hash != 0 ? _hash : _hash = Terms.GetHashCode();

    /// <summary>Whether peers of this identity match a term.</summary>
    public bool Matches(PeerTerm term) => Terms.AsSpan().BinarySearch(term) >= 0;

    /// <summary>Whether they match at least one of the terms.</summary>
    public bool MatchesAny(EquatableArray<PeerTerm> terms)
    {
        foreach (var term in terms)
        {
            if (Matches(term))
                return true;
        }

        return false;
    }
}

/// <summary>One way in which rules choose peers: a selector of pods, a block of addresses, nodes.</summary>
/// <param name="Text">
/// Canonical, so that equal selectors are one term, and made for people: <c>pods role=frontend in namespace default</c>,
/// <c>172.17.0.0/16 except 172.17.1.0/24</c>. A named port that peers resolve for themselves is part of the term: <c>… whose port http is TCP 8080</c>.
/// </param>
public sealed record PeerTerm(string Text) : IComparable<PeerTerm>
{
    private int _hash;

    // With another text the hash is another.
    private PeerTerm(PeerTerm original) => Text = original.Text;

    /// <inheritdoc/>
    public bool Equals(PeerTerm? other) => ReferenceEquals(this, other) || (other is not null && Text == other.Text);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash != 0 ? _hash : _hash = Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>By text, by code point.</summary>
    public int CompareTo(PeerTerm? other) => string.CompareOrdinal(Text, other?.Text);

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
