using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Model.Policies;

namespace Weft.Cni.Policy;

/// <summary>The configuration of the plugin <c>weft-policy</c>.</summary>
internal sealed record PolicyConfig
{
    private const int DefaultSeconds = 10;

    /// <summary>Where the node's agent answers (<c>socket</c>).</summary>
    public required string Socket { get; init; }

    /// <summary>How long to wait for it (<c>waitSeconds</c>).</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>
    /// Whether a pod may start isolated when the agent does not answer (<c>withoutAgent</c>: <c>isolate</c>); else the ADD fails and the runtime tries again
    /// (<c>wait</c>, the default).
    /// </summary>
    public required bool StartsIsolated { get; init; }

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="CniException">A field is wrong.</exception>
    public static PolicyConfig Read(PluginRequest request)
    {
        var seconds = request.Config.Number("waitSeconds") ?? DefaultSeconds;
        if (seconds is < 1 or > 600)
            throw new CniException(CniErrorCode.InvalidConfig, $"waitSeconds must be 1 to 600, not {seconds}");
        return new PolicyConfig
        {
            Socket = SocketOf(request),
            Patience = TimeSpan.FromSeconds(seconds),
            StartsIsolated = request.Config.Text("withoutAgent") switch
            {
                null or "" or "wait" => false,
                "isolate" => true,
                var other => throw new CniException(CniErrorCode.InvalidConfig, $"withoutAgent must be \"wait\" or \"isolate\", not \"{other}\""),
            },
        };
    }

    /// <summary>Where the node's agent answers, whatever else is wrong.</summary>
    public static string SocketOf(PluginRequest request) => request.Config.Text("socket") is { Length: > 0 } path ? path : StartingPods.Socket;
}
