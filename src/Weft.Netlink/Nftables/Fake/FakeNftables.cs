using System.Threading.Channels;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Nftables;

/// <summary>A packet filter in memory that takes and refuses the same batches as the kernel; it filters nothing.</summary>
/// <remarks>One contract suite runs on both. A batch is carried out on a copy, which takes the place of the original when all went well.</remarks>
public sealed class FakeNftables : INftablesDriver, INftablesMonitor
{
    private readonly List<(EquatableArray<NftTableId> Tables, ChannelWriter<NftChange> Writer)> _watchers = [];
    private Dictionary<NftTableId, NftTable> _tables = [];
    private uint _generation = 1;

    /// <summary>The batches that were applied, oldest first.</summary>
    public IList<NftBatch> Applied { get; } = [];

    /// <summary>How often tables were read back.</summary>
    public int Reads { get; private set; }

    /// <inheritdoc/>
    public NftReadBack ReadBack(params EquatableArray<NftTableId> tables)
    {
        Reads++;
        var found = _tables.Values.Where(table => tables.Count == 0 || tables.AsSpan().Contains(table.Id));
        return new NftReadBack(new NftRuleset { Tables = found.ToEquatableArray() }, _generation);
    }

    /// <inheritdoc/>
    public uint Generation() => _generation;

    /// <summary>What the kernel would refuse beyond its own rules: an error number for an operation, or 0.</summary>
    public Func<NftOperation, int> Refuse { get; set; } = _ => 0;

    /// <inheritdoc/>
    public void Apply(NftBatch batch)
    {
        if (batch.IsEmpty)
            return;
        foreach (var operation in batch.Operations)
        {
            if (Refuse(operation) is var errno && errno != 0)
                throw FakeRefusal.Of(operation, errno);
        }

        Commit(batch);
        Applied.Add(batch);
    }

    /// <summary>Carries a batch out as if another program did.</summary>
    public void Interfere(NftBatch batch)
    {
        Commit(batch);
        var touched = batch.Operations.Select(operation => operation.Table).Distinct().ToList();
        lock (_watchers)
        {
            foreach (var (tables, writer) in _watchers)
            {
                if (touched.Where(table => tables.AsSpan().Contains(table)).ToEquatableArray() is { Count: > 0 } ours)
                    writer.TryWrite(new NftChange(ours, "somebody", 1));
            }
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<NftChange> WatchAsync(EquatableArray<NftTableId> tables, CancellationToken cancel)
    {
        var changes = Channel.CreateUnbounded<NftChange>();
        changes.Writer.TryWrite(NftChange.Unknown);
        lock (_watchers)
            _watchers.Add((tables, changes.Writer));
        return changes.Reader.ReadAllAsync(cancel);
    }

    private void Commit(NftBatch batch)
    {
        if (batch.Generation is { } expected && expected != _generation)
            throw FakeRefusal.Of("change nftables", NftException.Restart, "the ruleset changed since it was read");
        var tables = new Dictionary<NftTableId, NftTable>(_tables);
        foreach (var operation in batch.Operations)
            new FakeOperation(tables, operation).Run();
        FakeReferences.CheckLoops(tables.Values);
        _tables = tables;
        _generation++;
    }
}

/// <summary>Refusals that look like the kernel's.</summary>
internal static class FakeRefusal
{
    internal static NftException Of(NftOperation operation, int errno, NftElement? element = null) =>
        new(new NetlinkException(operation.Describe(), errno).Message, errno, operation, element);

    internal static NftException Of(string what, int errno, string hint) =>
        new(new NetlinkException(what, errno, kernelText: null, hint).Message, errno);

    internal static NftException NotFound(NftOperation operation) => Of(operation, Errno.ENOENT);
}
