using System.Runtime.CompilerServices;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

public sealed partial class KernelNftables : INftablesMonitor
{
    // NFNLGRP_NFTABLES.
    private const uint NotificationGroup = 7;

    // Some twenty thousand changed elements before the kernel drops one, where the limits of the machine allow.
    private const int NotificationBuffer = 4 * 1024 * 1024;

    /// <inheritdoc/>
    /// <remarks>The kernel drops our own notifications before they reach the socket: programming much is no storm to ourselves.</remarks>
    public async IAsyncEnumerable<NftChange> WatchAsync(EquatableArray<NftTableId> tables, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var thread = Listen(tables);
        await foreach (var change in thread.ReadAllAsync(cancel).ConfigureAwait(false))
            yield return change;
    }

    private NotificationThread<NftChange> Listen(EquatableArray<NftTableId> tables)
    {
        using var where = NetworkNamespace.FromDescriptor(_socket.Transport.OpenNamespace(), "of an nftables driver");
        var transport = where.Run(static () => new KernelTransport(NetlinkProtocol.Netfilter));
        try
        {
            transport.EnsureReceiveBuffer(NotificationBuffer);
            transport.IgnoreSender(_socket.Transport.Port);
            transport.Join(NotificationGroup);
        }
        catch
        {
            transport.Dispose();
            throw;
        }

        var reader = new NftChangeReader(tables, _socket.Transport.Port);
        return new NotificationThread<NftChange>(transport, reader.Read, reader.Lost);
    }
}
