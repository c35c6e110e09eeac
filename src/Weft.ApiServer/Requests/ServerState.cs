using Microsoft.Extensions.Logging;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Storage;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Requests;

/// <summary>What every request of one server shares.</summary>
internal sealed class ServerState
{
    public required ApiServerOptions Options { get; init; }

    public required ObjectStore Store { get; init; }

    public required KindTable Kinds { get; init; }

    public required ListPages Pages { get; init; }

    public required ServiceAddresses Addresses { get; init; }

    public required string AdminToken { get; init; }

    public required CertificateAuthority Authority { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Cancelled when the server stops, so that watches end.</summary>
    public required CancellationToken Stopping { get; init; }

    public TimeProvider Time => Options.Time;

    /// <summary>Now, in the form and precision of object times.</summary>
    public string Timestamp(TimeSpan later = default) => (Time.GetUtcNow() + later).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
}
