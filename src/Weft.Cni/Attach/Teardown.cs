namespace Weft.Cni.Attach;

/// <summary>The steps of a DEL: each is tried whatever became of those before it, and the first error is thrown at the end.</summary>
internal static class Teardown
{
    /// <summary>Runs the steps in order.</summary>
    public static void Run(params ReadOnlySpan<Action> steps)
    {
        Exception? first = null;
        foreach (var step in steps)
        {
            try
            {
                step();
            }
            catch (Exception error)
            {
                first ??= error;
            }
        }

        if (first is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
    }
}
