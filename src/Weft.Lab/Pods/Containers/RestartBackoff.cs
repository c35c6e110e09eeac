namespace Weft.Lab.Pods.Containers;

/// <summary>How long a container waits before it is started again.</summary>
/// <remarks>
/// The kubelet's: the first time at once, then 10 s, doubled up to 5 minutes; a run of 10 minutes begins anew
/// (kubernetes.io/docs, "Container restarts").
/// </remarks>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Steady = TimeSpan.FromMinutes(10);
    private TimeSpan _next = TimeSpan.Zero;

    /// <summary>The wait after a run of that length.</summary>
    public TimeSpan After(TimeSpan run)
    {
        var wait = run >= Steady ? TimeSpan.Zero : _next;
        _next = wait == TimeSpan.Zero ? First : wait * 2 > Longest ? Longest : wait * 2;
        return wait;
    }
}
