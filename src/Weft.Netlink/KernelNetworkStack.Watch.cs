using System.Runtime.CompilerServices;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Rtnetlink;

namespace Weft.Netlink;

public sealed partial class KernelNetworkStack
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<NetworkChange> WatchAsync(NetworkTopics topics, [EnumeratorCancellation] CancellationToken cancellation)
    {
        KernelWatcher watcher;
        using (var where = NetworkNamespace.FromDescriptor(Transport.OpenNamespace(), "of a network stack"))
            watcher = new KernelWatcher(where, topics);
        using var ending = watcher;
        await foreach (var change in watcher.ReadAllAsync(cancellation).ConfigureAwait(false))
            yield return change;
    }
}
