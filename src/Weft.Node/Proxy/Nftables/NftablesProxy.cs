using Weft.Compilers.Services.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Libc;
using Weft.Netlink.Nftables;

namespace Weft.Node.Proxy.Nftables;

/// <summary>Balances Services by flat maps of nf_tables: a change sends the elements that changed.</summary>
/// <remarks>
/// What it wrote it remembers, together with the generation that the ruleset had then. A doubt costs one question while the generation is
/// the same; else the tables are read back, and what others did is undone. A batch that the kernel refuses is taken apart until the objects
/// are found that it comes from; all others are programmed.
/// </remarks>
/// <param name="driver">The packet filter; not disposed.</param>
/// <param name="time">The clock; the system's when null.</param>
public sealed class NftablesProxy(INftablesDriver driver, TimeProvider? time = null) : IProxyTarget
{
    // Each round loses against a writer in the microseconds between reading and committing; this often is no accident.
    private const int MaxRounds = 8;

    private readonly Quarantine _quarantine = new(time ?? TimeProvider.System);
    private NftServiceProgram? _program;
    private uint? _generation;
    private bool _doubt;

    /// <inheritdoc/>
    /// <exception cref="NftException">The kernel refuses it whatever the object, as when it lacks a feature; nothing is known then.</exception>
    public ProxyOutcome Sync(ServiceTable desired)
    {
        for (var round = 1; ; round++)
        {
            try
            {
                return Turn(desired);
            }
            catch (NftException refused) when (round < MaxRounds && IsPassing(refused))
            {
                // Whether the batch took effect is unknown when its answer was lost.
                _program = null;
            }
            catch
            {
                _program = null;
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Doubt()
    {
        _doubt = true;
        _quarantine.Review();
    }

    /// <inheritdoc/>
    public void Remove()
    {
        _program = null;
        var present = driver.ReadBack(NftServiceProgram.Tables).Ruleset.Tables;
        if (present.Count > 0)
            driver.Apply(new NftBatch(present.Select(NftOperation (table) => new NftDeleteTable(table.Id)).ToEquatableArray()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private ProxyOutcome Turn(ServiceTable desired)
    {
        var repairs = 0;
        if (_program is null)
            Adopt();
        else if (_doubt)
            repairs = Repair(_program);
        _doubt = false;
        var changes = Program(_program!, desired);
        return new ProxyOutcome(changes + repairs, repairs > 0, _quarantine.Problems);
    }

    private void Adopt()
    {
        var found = driver.ReadBack(NftServiceProgram.Tables);
        _program = NftServiceProgram.Adopt(found.Ruleset.Tables.Count > 0 ? found : null);
        _generation = found.Generation;
    }

    /// <summary>Undoes what others did to our tables.</summary>
    /// <returns>How much that was.</returns>
    private int Repair(NftServiceProgram program)
    {
        if (_generation is { } known && driver.Generation() == known)
            return 0;
        var found = driver.ReadBack(NftServiceProgram.Tables);
        var batch = NftDiff.Between(found, program.Ruleset());
        _generation = found.Generation;
        Apply(batch);
        return Count(batch);
    }

    private int Program(NftServiceProgram program, ServiceTable desired)
    {
        var wanted = _quarantine.Without(desired);
        var batch = program.Plan(wanted);
        try
        {
            Apply(batch);
            program.Commit();
            return Count(batch);
        }
        catch (NftException refused) when (!IsPassing(refused))
        {
            return new Bisection(program, Apply, _quarantine).Program(wanted, refused);
        }
    }

    /// <summary>Applies a batch. The generation after it tells whether it was the only one since the last.</summary>
    private void Apply(NftBatch batch)
    {
        if (batch.IsEmpty)
            return;
        driver.Apply(batch);
        var now = driver.Generation();
        _generation = _generation is { } before && now == Next(before) ? now : null;
    }

    /// <summary>Every commit counts the generation up by one, and leaves 0 out.</summary>
    private static uint Next(uint generation) => uint.Max(generation + 1, 1);

    private static int Count(NftBatch batch) => batch.Operations.Sum(operation => operation switch
    {
        NftAddElements add => add.Elements.Count,
        NftDeleteElements delete => delete.Elements.Count,
        _ => 1,
    });

    /// <summary>Whether it says nothing about the batch: somebody else was faster, or the kernel had no room for its answer.</summary>
    private static bool IsPassing(NftException refused) => refused.IsConflict || refused.Errno is Errno.ENOBUFS or Errno.EINTR or Errno.EAGAIN;
}
