using Weft.Compilers.Services.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Nftables;
using Weft.Node.Nftables;

namespace Weft.Node.Proxy.Nftables;

/// <summary>Balances Services by flat maps of nf_tables: a change sends the elements that changed.</summary>
/// <remarks>A batch that the kernel refuses is taken apart until the objects are found that it comes from; all others are programmed.</remarks>
public sealed class NftablesProxy : IProxyTarget
{
    private readonly Quarantine _quarantine;
    private readonly TableKeeper<ServiceTable, NftServiceProgram> _tables;

    /// <summary>A target on a packet filter.</summary>
    /// <param name="driver">The packet filter; not disposed.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public NftablesProxy(INftablesDriver driver, TimeProvider? time = null)
    {
        _quarantine = new Quarantine(time ?? TimeProvider.System);
        _tables = new TableKeeper<ServiceTable, NftServiceProgram>(driver, NftServiceProgram.Tables, NftServiceProgram.Adopt, Program);
    }

    /// <inheritdoc/>
    /// <exception cref="NftException">The kernel refuses it whatever the object, as when it lacks a feature; nothing is known then.</exception>
    public ProxyOutcome Sync(ServiceTable desired)
    {
        var (changes, repairs) = _tables.Sync(desired);
        return new ProxyOutcome(changes, repairs > 0, [.. _quarantine.Problems, .. _tables.Current?.LeftOut ?? []]);
    }

    /// <inheritdoc/>
    public void Doubt()
    {
        _tables.Doubt();
        _quarantine.Review();
    }

    /// <inheritdoc/>
    public void Remove() => _tables.Remove();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private int Program(NftServiceProgram program, ServiceTable desired)
    {
        var wanted = _quarantine.Without(desired);
        try
        {
            var changes = _tables.Apply(program.Plan(wanted));
            program.Commit();
            return changes;
        }
        catch (NftException refused) when (!TableKeeper<ServiceTable, NftServiceProgram>.IsPassing(refused))
        {
            return new Bisection(program, batch => _tables.Apply(batch), _quarantine).Program(wanted, refused);
        }
    }
}
