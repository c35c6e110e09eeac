namespace Weft.Dns.Forwarding;

/// <summary>A server, and whether it failed lately.</summary>
internal sealed class UpstreamState(IUpstream upstream)
{
    private long _restsUntil;

    public IUpstream Upstream => upstream;

    /// <summary>Whether it failed just now.</summary>
    public bool Rests(DateTimeOffset now) => now.UtcTicks < Interlocked.Read(ref _restsUntil);

    public void Answered() => Interlocked.Exchange(ref _restsUntil, 0);

    public void Failed(DateTimeOffset now, TimeSpan rest) => Interlocked.Exchange(ref _restsUntil, (now + rest).UtcTicks);
}
