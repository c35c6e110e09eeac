namespace Weft.Lab.Pods.Specs;

/// <summary>What annotations tell a stand-in to do; each field is an annotation's text, null when absent.</summary>
public sealed record StandInBehaviour
{
    /// <summary><c>weft/stand-in-status</c>: HTTP status codes, <c>503</c> or <c>/healthz=500,/old=404</c> by longest path prefix.</summary>
    public string? Status { get; init; }

    /// <summary><c>weft/stand-in-delay</c>: how long HTTP answers wait, <c>250ms</c> or <c>/slow=2s</c>.</summary>
    public string? Delay { get; init; }

    /// <summary><c>weft/stand-in-exit</c>: an exit code and when, <c>1</c> or <c>3 after 2s</c>.</summary>
    public string? Exit { get; init; }
}
