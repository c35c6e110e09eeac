namespace Weft.ApiServer.Streaming;

/// <summary>Writes to one channel of a <see cref="ChannelSocket"/>.</summary>
internal sealed class ChannelStream(ChannelSocket socket, byte channel) : WriteOnlyStream
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > 0)
            await socket.SendAsync(channel, buffer);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
