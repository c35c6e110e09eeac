using System.Net;
using System.Net.Sockets;

namespace Weft.Dns.Serving;

/// <summary>How listeners listen.</summary>
public sealed record DnsListenerOptions
{
    /// <summary>Threads that answer datagrams, each with a socket of its own on every address. As many as there are processors, at most 4: one answers more than a node's pods ask.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 4);
}

/// <summary>An address that cannot be listened on.</summary>
public sealed class DnsListenException(string message, Exception inner) : Exception(message, inner);

/// <summary>All sockets of a server: every address by datagram and on connections. They answer until they are disposed.</summary>
public sealed class DnsListeners : IAsyncDisposable
{
    private readonly List<DatagramListener> _datagrams = [];
    private readonly List<StreamListener> _streams = [];

    private DnsListeners()
    {
    }

    /// <summary>Where they listen, in the order of the addresses that were asked for; ports are known where 0 was asked for.</summary>
    public IReadOnlyList<IPEndPoint> Addresses => [.. _streams.Select(listener => listener.Address)];

    /// <summary>Opens them all, in the network namespace of the calling thread, or none.</summary>
    /// <param name="service">What answers.</param>
    /// <param name="addresses">Addresses and ports; port 0 is one that is free.</param>
    /// <param name="options">How they listen.</param>
    /// <exception cref="DnsListenException">An address is not of this machine, or somebody else listens on it.</exception>
    public static DnsListeners Open(DnsService service, IEnumerable<IPEndPoint> addresses, DnsListenerOptions? options = null)
    {
        options ??= new DnsListenerOptions();
        var listeners = new DnsListeners();
        try
        {
            foreach (var address in addresses)
                listeners.Add(service, address, options);
        }
        catch
        {
            listeners.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }

        return listeners;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _datagrams.ForEach(listener => listener.Dispose());
        foreach (var listener in _streams)
            await listener.DisposeAsync().ConfigureAwait(false);
    }

    private void Add(DnsService service, IPEndPoint address, DnsListenerOptions options)
    {
        try
        {
            var stream = new StreamListener(service, address);
            _streams.Add(stream);
            for (var i = 0; i < options.Threads; i++)
                _datagrams.Add(new DatagramListener(service, stream.Address));
        }
        catch (SocketException e)
        {
            throw new DnsListenException($"cannot listen on {address}: {e.Message}", e);
        }
    }
}
