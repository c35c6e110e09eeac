namespace Weft.Compilers.Policies.Nftables;

/// <summary>What a plan changed in place, so that it can be carried out or forgotten.</summary>
internal sealed class Journal
{
    private readonly Stack<Action> _undo = [];

    /// <summary>Notes how a change that has been made is taken back.</summary>
    public void Undo(Action undo) => _undo.Push(undo);

    /// <summary>The plan has been carried out.</summary>
    public void Commit() => _undo.Clear();

    /// <summary>Forgets the plan.</summary>
    public void Discard()
    {
        while (_undo.TryPop(out var undo))
            undo();
    }
}
