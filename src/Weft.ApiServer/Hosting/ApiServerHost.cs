using System.Net;

namespace Weft.ApiServer;

/// <summary>A running API server.</summary>
public sealed class ApiServerHost : IAsyncDisposable
{
    /// <summary>The bearer token that may do everything.</summary>
    public string AdminToken { get; } = "";

    /// <summary>The certificate authority clients must trust, as PEM.</summary>
    public string CaCertificatePem { get; } = "";

    /// <summary>Where the server listens, with the ports it was given.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; } = [];

    /// <summary>Starts a server; returns once it accepts connections.</summary>
    /// <exception cref="ApiServerException">The database or the state folder cannot be used; the message says which and what to do.</exception>
    public static Task<ApiServerHost> StartAsync(ApiServerOptions options, CancellationToken ct) => throw new NotSupportedException();

    /// <summary>A kubeconfig for the administrator.</summary>
    public string Kubeconfig(string serverUrl, string clusterName) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
