using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Hears the changes that others than one socket make in some tables.</summary>
internal sealed class NftListener : IDisposable
{
    // NFNLGRP_NFTABLES.
    private const uint Group = 7;

    // Some twenty thousand changed elements before the kernel drops one, where the limits of the machine allow.
    private const int Buffer = 4 * 1024 * 1024;

    private readonly KernelTransport _transport;
    private readonly NotificationThread<NftChange> _thread;

    /// <summary>Listens in the network namespace of a socket, but not to that socket.</summary>
    /// <exception cref="NetlinkException">The kernel does not let us.</exception>
    public NftListener(NetlinkTransport own, EquatableArray<NftTableId> tables)
    {
        using var where = NetworkNamespace.FromDescriptor(own.OpenNamespace(), "of an nftables driver");
        _transport = where.Run(static () => new KernelTransport(NetlinkProtocol.Netfilter));
        try
        {
            _transport.EnsureReceiveBuffer(Buffer);
            _transport.IgnoreSender(own.Port);
            _transport.Join(Group);
        }
        catch
        {
            _transport.Dispose();
            throw;
        }

        var reader = new NftChangeReader(tables, own.Port);
        _thread = new NotificationThread<NftChange>(_transport, reader.Read, reader.Lost);
    }

    /// <summary>The changes as they come.</summary>
    public IAsyncEnumerable<NftChange> ReadAllAsync(CancellationToken cancel) => _thread.ReadAllAsync(cancel);

    /// <summary>Hears nothing until <see cref="Resume"/>.</summary>
    public void Pause() => _transport.Leave(Group);

    /// <summary>Hears again, and tells that something may have been missed.</summary>
    public void Resume()
    {
        _transport.Join(Group);
        _thread.Insert(NftChange.Unknown);
    }

    public void Dispose() => _thread.Dispose();
}
