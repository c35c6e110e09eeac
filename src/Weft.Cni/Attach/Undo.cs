namespace Weft.Cni.Attach;

/// <summary>The way back of an ADD: what was made is taken away again, last first, unless <see cref="Keep"/> is called.</summary>
/// <remarks>A step back that fails does not stop the others, and never hides why the ADD failed.</remarks>
internal sealed class Undo : IDisposable
{
    private readonly Stack<Action> _steps = [];

    /// <summary>Remembers how to take the last step back.</summary>
    public void Push(Action step) => _steps.Push(step);

    /// <summary>The ADD succeeded: everything stays.</summary>
    public void Keep() => _steps.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_steps.TryPop(out var step))
        {
            try
            {
                step();
            }
            catch (Exception)
            {
                // The error that led here is on its way to the runtime, whose DEL cleans up what could not be cleaned here.
            }
        }
    }
}
