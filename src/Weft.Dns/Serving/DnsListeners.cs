using System.Net;

namespace Weft.Dns.Serving;

/// <summary>How listeners listen.</summary>
public sealed record DnsListenerOptions
{
    /// <summary>Threads that answer datagrams, each with a socket of its own on every address. As many as there are processors, at most 4: one answers more than a node's pods ask.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>Most datagrams that wait for other servers; more are answered with SERVFAIL. Each weighs 2 KB.</summary>
    public int Waiting { get; init; } = 4096;

    /// <summary>How much connections may take.</summary>
    public StreamLimits Streams { get; init; } = new();
}

/// <summary>An address that cannot be listened on.</summary>
public sealed class DnsListenException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>All sockets of a server: every address by datagram and on connections. They answer until they are disposed.</summary>
public sealed class DnsListeners : IAsyncDisposable
{
    private const int MostAttempts = 16;

    private readonly List<DatagramWorker> _workers = [];
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
        var all = addresses.ToList();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return OpenAll(service, all, options);
            }
            catch (DnsListenException) when (attempt < MostAttempts && all.Exists(address => address.Port == 0))
            {
                // The port that is free for connections is not free for datagrams: the kernel chooses another one.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _workers.ForEach(worker => worker.Dispose());
        foreach (var listener in _streams)
            await listener.DisposeAsync().ConfigureAwait(false);
    }

    private static DnsListeners OpenAll(DnsService service, List<IPEndPoint> addresses, DnsListenerOptions options)
    {
        var listeners = new DnsListeners();
        try
        {
            foreach (var address in addresses)
                listeners._streams.Add(new StreamListener(service, address, options.Streams));
            var deferred = new DeferredAnswers(service, options.Waiting);
            for (var number = 0; number < options.Threads; number++)
                listeners._workers.Add(new DatagramWorker(service, deferred, listeners.Addresses, number));
        }
        catch
        {
            listeners.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }

        return listeners;
    }
}
