using System.Collections.Concurrent;
using Weft.Dns.Metrics;
using Weft.Model.Dns;

namespace Weft.Dns.Forwarding;

/// <summary>A server, whether it is well, and what became of questions to it.</summary>
/// <remarks>One that failed is asked for the root's servers by itself until it says anything at all: so nobody's question has to find out that it is well again.</remarks>
internal sealed class UpstreamState(IUpstream upstream) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _ends = new();
    private int _failures, _probing;
    private long _failedProbes;

    public IUpstream Upstream => upstream;

    /// <summary>How long answers took, by their code.</summary>
    public ConcurrentDictionary<string, LatencyHistogram> Latencies { get; } = new();

    /// <summary>How often it did not say that it is well.</summary>
    public long FailedProbes => Interlocked.Read(ref _failedProbes);

    /// <summary>Whether it failed so many times in a row.</summary>
    public bool IsIll(int most) => most > 0 && Volatile.Read(ref _failures) >= most;

    /// <summary>It answered, whatever.</summary>
    public void Answered(string code, TimeSpan took)
    {
        Volatile.Write(ref _failures, 0);
        Latencies.GetOrAdd(code, static _ => new LatencyHistogram()).Observe(took.TotalSeconds);
    }

    /// <summary>It did not answer.</summary>
    public void Failed(int most, TimeSpan interval, TimeProvider time)
    {
        Interlocked.Increment(ref _failures);
        if (most > 0 && Interlocked.Exchange(ref _probing, 1) == 0)
            _ = ProbeAsync(interval, time);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ends.Cancel();
        (upstream as IDisposable)?.Dispose();
    }

    private async Task ProbeAsync(TimeSpan interval, TimeProvider time)
    {
        var answer = new byte[ushort.MaxValue];
        try
        {
            while (Volatile.Read(ref _failures) > 0)
            {
                await Task.Delay(interval, time, _ends.Token).ConfigureAwait(false);
                if (await IsWellAsync(answer, time).ConfigureAwait(false))
                    Volatile.Write(ref _failures, 0);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody asks this server any more.
        }
        finally
        {
            Volatile.Write(ref _probing, 0);
        }
    }

    private async Task<bool> IsWellAsync(byte[] answer, TimeProvider time)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _ends.Token);
        try
        {
            await upstream.ExchangeAsync(UpstreamQuery.Write(DnsName.Root, DnsType.NS, mixCase: false), answer, either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is UpstreamException or OperationCanceledException)
        {
            _ends.Token.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _failedProbes);
            Interlocked.Increment(ref _failures);
            return false;
        }
    }
}
