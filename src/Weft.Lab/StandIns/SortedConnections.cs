using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Weft.Lab.StandIns;

/// <summary>A place where Kestrel fetches connections of one kind, in place of an address to listen on.</summary>
internal sealed class SpeechEndPoint(Speech speech) : EndPoint
{
    /// <summary>The kind.</summary>
    public Speech Speech { get; } = speech;

    /// <inheritdoc/>
    public override string ToString() => Speech.ToString();
}

/// <summary>Hands accepted connections to Kestrel by what they speak.</summary>
internal sealed class SortedConnections : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Dictionary<Speech, Channel<ConnectionContext>> _queues =
        new[] { Speech.Http1, Speech.Http2, Speech.Tls }.ToDictionary(speech => speech, _ => Channel.CreateUnbounded<ConnectionContext>());

    /// <summary>Hands one over; how many there are is bounded where they are accepted.</summary>
    public bool Add(Speech speech, ConnectionContext connection) => _queues[speech].Writer.TryWrite(connection);

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is SpeechEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Queue(endpoint, _queues[((SpeechEndPoint)endpoint).Speech]));

    private sealed class Queue(EndPoint endpoint, Channel<ConnectionContext> channel) : IConnectionListener
    {
        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await channel.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && channel.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            channel.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
