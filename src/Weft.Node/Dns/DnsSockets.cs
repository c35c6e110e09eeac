using System.Collections.Immutable;
using System.Net;
using Weft.Dns.Serving;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Dns;

/// <summary>Keeps listeners on the addresses of cluster DNS. One that cannot be had does not keep the others from being served.</summary>
/// <param name="service">What answers.</param>
internal sealed class DnsSockets(DnsService service) : IAsyncDisposable
{
    private readonly SortedDictionary<IpAddress, DnsListeners> _open = [];

    /// <summary>Where it listens.</summary>
    public IReadOnlyCollection<IpAddress> Open => _open.Keys;

    /// <summary>Listens on just these addresses.</summary>
    /// <returns>Why some cannot be listened on.</returns>
    public async Task<EquatableArray<string>> ListenAsync(EquatableArray<IpAddress> addresses)
    {
        foreach (var gone in _open.Keys.Except(addresses).ToList())
        {
            _open.Remove(gone, out var listeners);
            await listeners!.DisposeAsync().ConfigureAwait(false);
        }

        var refused = ImmutableArray.CreateBuilder<string>();
        foreach (var address in addresses)
        {
            try
            {
                if (!_open.ContainsKey(address))
                    _open[address] = DnsListeners.Open(service, [new IPEndPoint(address.ToIPAddress(), NodeLocalDns.Port)]);
            }
            catch (DnsListenException error)
            {
                refused.Add(error.Message);
            }
        }

        return refused.DrainToImmutable();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ListenAsync([]).ConfigureAwait(false);
}
