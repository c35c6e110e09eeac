namespace Weft.EndToEnd.Support;

/// <summary>A listener inside a node (or the underlay) that says which source address a pod's connection came with.</summary>
public static class Listener
{
    private const string Port = "18080";

    /// <summary>Connects from the pod client-a to <paramref name="address"/> and returns the source address that is seen there.</summary>
    public static async Task<string> SourceSeenAsync(TestLab lab, string[] enter, string address)
    {
        using var listener = lab.StartWeft([.. enter, "socat", $"TCP-LISTEN:{Port},reuseaddr", "SYSTEM:echo $SOCAT_PEERADDR >&2"]);
        try
        {
            var connect = $"for i in $(seq 100); do socat -u OPEN:/dev/null TCP:{address}:{Port},connect-timeout=5 2>/dev/null && exit 0; sleep 0.1; done; exit 1";
            (await lab.WeftAsync("exec", "client-a", "--", "sh", "-c", connect)).Succeeded();
            return await listener.StandardError.ReadLineAsync() ?? "nothing";
        }
        finally
        {
            if (!listener.HasExited)
                listener.Kill(entireProcessTree: true);
        }
    }
}
