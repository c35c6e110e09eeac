using Weft.Compilers.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Libc;
using Weft.Netlink.Nftables;

namespace Weft.Node.Nftables;

/// <summary>Keeps tables of nf_tables as a program wants them: a change sends what changed, and what others do to them is found and undone.</summary>
/// <remarks>
/// What it wrote it remembers, together with the generation that the ruleset had then. A doubt costs one question while the generation is
/// the same; else the tables are read back. After a failure nothing is known, and the next turn reads back.
/// </remarks>
/// <typeparam name="TState">What is programmed.</typeparam>
/// <typeparam name="TProgram">What compiles it.</typeparam>
/// <param name="driver">The packet filter; not disposed.</param>
/// <param name="tables">The tables.</param>
/// <param name="adopt">Makes a program that takes over what is in the kernel; null stands for nothing.</param>
/// <param name="program">Brings the kernel to a state by a program that knows what is there; returns how many elements changed.</param>
internal sealed class TableKeeper<TState, TProgram>(
    INftablesDriver driver, EquatableArray<NftTableId> tables, Func<NftReadBack?, TProgram> adopt, Func<TProgram, TState, int> program)
    where TProgram : class, INftProgram<TState>
{
    // Each round loses against a writer in the microseconds between reading and committing; this often is no accident.
    private const int MaxRounds = 8;

    private TProgram? _program;
    private uint? _generation;
    private bool _doubt;

    /// <summary>What is known of the kernel; null before the first turn and after a failure.</summary>
    public TProgram? Current => _program;

    /// <summary>The next turn reads back instead of trusting its memory.</summary>
    public void Doubt() => _doubt = true;

    /// <summary>Brings the kernel to <paramref name="desired"/>.</summary>
    /// <returns>How many elements and other things were written or removed, and how many of these undid what others had done.</returns>
    /// <exception cref="NftException">The kernel refuses it; nothing is known then.</exception>
    public (int Changes, int Repairs) Sync(TState desired)
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

    /// <summary>Deletes the tables, whoever made them.</summary>
    /// <exception cref="NftException">The kernel refused.</exception>
    public void Remove()
    {
        _program = null;
        var present = driver.ReadBack(tables).Ruleset.Tables;
        if (present.Count > 0)
            driver.Apply(new NftBatch(present.Select(NftOperation (table) => new NftDeleteTable(table.Id)).ToEquatableArray()));
    }

    /// <summary>Applies a batch. The generation after it tells whether it was the only one since the last.</summary>
    /// <returns>How many elements and other things it changes.</returns>
    /// <exception cref="NftException">The kernel refused.</exception>
    public int Apply(NftBatch batch)
    {
        if (batch.IsEmpty)
            return 0;
        driver.Apply(batch);
        var now = driver.Generation();
        _generation = _generation is { } before && now == Next(before) ? now : null;
        return Count(batch);
    }

    /// <summary>Whether a refusal says nothing about the batch: somebody else was faster, or the kernel had no room for its answer.</summary>
    public static bool IsPassing(NftException refused) => refused.IsConflict || refused.Errno is Errno.ENOBUFS or Errno.EINTR or Errno.EAGAIN;

    private (int Changes, int Repairs) Turn(TState desired)
    {
        var repairs = 0;
        if (_program is null)
            Adopt();
        else if (_doubt)
            repairs = Repair(_program);
        _doubt = false;
        return (program(_program!, desired) + repairs, repairs);
    }

    private void Adopt()
    {
        var found = driver.ReadBack(tables);
        _program = adopt(found.Ruleset.Tables.Count > 0 ? found : null);
        _generation = found.Generation;
    }

    private int Repair(TProgram known)
    {
        if (_generation is { } generation && driver.Generation() == generation)
            return 0;
        var found = driver.ReadBack(tables);
        _generation = found.Generation;
        return Apply(NftDiff.Between(found, known.Ruleset()));
    }

    /// <summary>Every commit counts the generation up by one, and leaves 0 out.</summary>
    private static uint Next(uint generation) => uint.Max(generation + 1, 1);

    private static int Count(NftBatch batch) => batch.Operations.Sum(operation => operation switch
    {
        NftAddElements add => add.Elements.Count,
        NftDeleteElements delete => delete.Elements.Count,
        _ => 1,
    });
}
