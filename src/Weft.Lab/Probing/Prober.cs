using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weft.Model.Dns;
using Weft.Netlink.Namespaces;

namespace Weft.Lab.Probing;

/// <summary>Opens sockets inside network namespaces and measures whether targets answer.</summary>
/// <remarks>A socket belongs to the namespace in which it was made, whoever uses it later: no process is started per probe.</remarks>
public static class Prober
{
    /// <summary>The error of a connection that the target itself refused.</summary>
    public const string Refused = "connection refused";

    /// <summary>The error of a target whose name has no address.</summary>
    public const string Unnamed = "cluster DNS has no such address";

    private const int AtOnce = 64;

    /// <summary>Measures all pairs, at most <see cref="AtOnce"/> at once; results keep the order of the pairs.</summary>
    public static async Task<IReadOnlyList<ProbeResult>> MeasureAsync(
        IReadOnlyList<(ProbeSource Source, ProbeTarget Target, string Protocol)> pairs, TimeSpan timeout, CancellationToken ct)
    {
        var results = new ProbeResult[pairs.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, pairs.Count, options, async (index, token) =>
        {
            var (source, target, protocol) = pairs[index];
            results[index] = await MeasureAsync(source, target, protocol, timeout, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return results;
    }

    private static async Task<ProbeResult> MeasureAsync(ProbeSource source, ProbeTarget target, string protocol, TimeSpan timeout, CancellationToken ct)
    {
        double? milliseconds = null;
        string? error = null;
        var address = target.Address;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            if (target.Host is { } host && await NameQuestion.AskAsync(source.NamespacePath, host, address.AddressFamily, limit.Token).ConfigureAwait(false) is var named)
                (address, error) = named is null ? (address, Unnamed) : (named, null);
            if (error is null)
                milliseconds = await ReachAsync(source, new IPEndPoint(address, target.Port), protocol, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            error = $"no answer within {timeout.TotalMilliseconds:0} ms";
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode == SocketError.ConnectionRefused ? Refused : e.Message;
        }
        catch (IOException e)
        {
            error = e.Message;
        }

        return new ProbeResult(source.Name, target.Name, address.ToString(), target.Port, protocol, milliseconds is not null, milliseconds, error);
    }

    private static async Task<double> ReachAsync(ProbeSource source, IPEndPoint target, string protocol, CancellationToken ct)
    {
        using var socket = Open(source.NamespacePath, target.AddressFamily, protocol);
        var clock = Stopwatch.StartNew();
        await socket.ConnectAsync(target, ct).ConfigureAwait(false);
        if (protocol == "udp")
            await EchoAsync(socket, ct).ConfigureAwait(false);
        return clock.Elapsed.TotalMilliseconds;
    }

    /// <summary>A socket of a network namespace.</summary>
    internal static Socket Open(string namespacePath, AddressFamily family, string protocol)
    {
        using var space = NetworkNamespace.Open(namespacePath);
        return space.Run(() => protocol == "udp"
            ? new Socket(family, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
    }

    // A datagram may be lost on the way to a fresh neighbour entry, so it is sent again until the time is up.
    private static async Task EchoAsync(Socket socket, CancellationToken ct)
    {
        var sent = new byte[16];
        "weft"u8.CopyTo(sent);
        BinaryPrimitives.WriteInt64BigEndian(sent.AsSpan(8), Stopwatch.GetTimestamp());
        var received = new byte[64];
        while (true)
        {
            await socket.SendAsync(sent, ct).ConfigureAwait(false);
            using var again = CancellationTokenSource.CreateLinkedTokenSource(ct);
            again.CancelAfter(200);
            try
            {
                var length = await socket.ReceiveAsync(received, again.Token).ConfigureAwait(false);
                if (received.AsSpan(0, length).SequenceEqual(sent))
                    return;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
            }
        }
    }
}

/// <summary>Where a probe starts: a name for people and the network namespace.</summary>
public sealed record ProbeSource(string Name, string NamespacePath);

/// <summary>Where a probe leads.</summary>
public sealed record ProbeTarget(string Name, IPAddress Address, int Port)
{
    /// <summary>A name that cluster DNS is asked for first; what it says takes the place of the address, which tells the family only.</summary>
    public DnsName? Host { get; init; }
}
