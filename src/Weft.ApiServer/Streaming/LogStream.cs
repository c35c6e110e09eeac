using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Streaming;

/// <summary>The body of a log response: plain text, started with the first byte, so that an error before it still is a Status.</summary>
/// <param name="follow">Every write reaches the client at once.</param>
internal sealed class LogStream(HttpResponse response, bool follow) : WriteOnlyStream
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Start();
        await response.Body.WriteAsync(buffer, cancellationToken);
        if (follow)
            await response.Body.FlushAsync(cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Start();
        return response.Body.FlushAsync(cancellationToken);
    }

    /// <summary>Settles the head of the response, also of a log without a line.</summary>
    public void Start()
    {
        if (!response.HasStarted)
            response.ContentType = "text/plain";
    }
}
