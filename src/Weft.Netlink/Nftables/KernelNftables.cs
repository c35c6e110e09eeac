using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>The kernel's packet filter in the network namespace of the thread that opened it, over nfnetlink.</summary>
/// <remarks>Written for Linux 5.11 and later; tried on 6.18. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace.</remarks>
public sealed partial class KernelNftables : INftablesDriver, IDisposable
{
    // Another writer between two looks at the generation makes a reading worthless; this many in a row are no coincidence.
    private const int MaxReadings = 16;

    private readonly NetlinkSocket _socket;

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <exception cref="NetlinkException">The kernel has no netfilter.</exception>
    public KernelNftables()
        : this(new NetlinkSocket(NetlinkProtocol.Netfilter))
    {
    }

    /// <summary>Uses a socket, and closes it in the end.</summary>
    public KernelNftables(NetlinkSocket socket) => _socket = socket;

    /// <summary>Bytes of the largest transaction; what is larger is split. The kernel's limit counts anyway, so only tests set this.</summary>
    internal int LargestTransaction { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    /// <remarks>The elements of dynamic sets are not read: they belong to the kernel, and there may be very many.</remarks>
    public NftReadBack ReadBack(params EquatableArray<NftTableId> tables)
    {
        NetlinkException? last = null;
        for (var reading = 0; reading < MaxReadings; reading++)
        {
            try
            {
                var generation = NftReader.Generation(_socket);
                var ruleset = NftReader.Read(_socket, tables);
                if (NftReader.Generation(_socket) == generation)
                    return new NftReadBack(ruleset, generation);
            }
            catch (NetlinkException gone) when (gone.NotFound)
            {
                last = gone;
            }
            catch (NetlinkException refused)
            {
                throw new NftException($"read nftables: {refused.Message}", refused.Errno, inner: refused);
            }
        }

        const int Interrupted = 4;
        throw new NftException(
            $"read nftables: somebody changed the ruleset during each of {MaxReadings} readings; try again when there is less change", Interrupted, inner: last);
    }

    /// <inheritdoc/>
    public bool HasTable(NftTableId table)
    {
        try
        {
            return NftReader.HasTable(_socket, table);
        }
        catch (NetlinkException refused)
        {
            throw new NftException(refused.Message, refused.Errno, inner: refused);
        }
    }

    /// <inheritdoc/>
    public uint Generation()
    {
        try
        {
            return NftReader.Generation(_socket);
        }
        catch (NetlinkException refused)
        {
            throw new NftException(refused.Message, refused.Errno, inner: refused);
        }
    }

    /// <inheritdoc/>
    public void Apply(NftBatch batch)
    {
        if (IsLarge(batch))
            Unheard(() => NftTransaction.Commit(_socket, batch, LargestTransaction));
        else if (!batch.IsEmpty)
            NftTransaction.Commit(_socket, batch, LargestTransaction);
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();
}
