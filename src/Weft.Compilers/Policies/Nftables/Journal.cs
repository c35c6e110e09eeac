namespace Weft.Compilers.Policies.Nftables;

/// <summary>What a plan changed in place, so that it can be carried out or forgotten.</summary>
internal sealed class Journal
{
    private readonly Stack<Action> _undo = [];
    private readonly List<Action> _onCommit = [];

    /// <summary>Notes how a change that has been made is taken back.</summary>
    public void Undo(Action undo) => _undo.Push(undo);

    /// <summary>Notes what is done once the plan has been carried out.</summary>
    public void OnCommit(Action action) => _onCommit.Add(action);

    /// <summary>The plan has been carried out.</summary>
    public void Commit()
    {
        foreach (var action in _onCommit)
            action();
        _onCommit.Clear();
        _undo.Clear();
    }

    /// <summary>Forgets the plan.</summary>
    public void Discard()
    {
        while (_undo.TryPop(out var undo))
            undo();
        _onCommit.Clear();
    }
}
