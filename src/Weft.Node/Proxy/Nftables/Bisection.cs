using System.Collections.Immutable;
using Weft.Compilers.Services.Nftables;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Nftables;

namespace Weft.Node.Proxy.Nftables;

/// <summary>Programs a table of which the kernel refused the batch as a whole: everything but the ports that it refuses by themselves.</summary>
/// <param name="program">What is in the kernel.</param>
/// <param name="apply">Carries a batch out.</param>
/// <param name="quarantine">Where refused ports go.</param>
internal sealed class Bisection(NftServiceProgram program, Action<NftBatch> apply, Quarantine quarantine)
{
    // So many bad objects at once are none: the kernel lacks something that all of them need.
    private const int MostRefused = 64;

    private readonly List<(ProxiedPort? Before, ProxiedPort? After)> _refused = [];
    private NftException? _first;
    private int _changes;

    /// <summary>Programs what can be.</summary>
    /// <param name="wanted">The table.</param>
    /// <param name="whole">Why the kernel refused it as a whole.</param>
    /// <returns>How many elements were changed.</returns>
    /// <exception cref="NftException">It is no object's fault.</exception>
    public int Program(ServiceTable wanted, NftException whole)
    {
        _first = whole;
        var changed = Changed(program.Committed, wanted);

        // What is not of a port, such as ranges, first: when the kernel refuses that, no object is to blame.
        if (!TryApply(wanted with { Ports = program.Committed.Ports }, out _))
            throw whole;
        Program(wanted, changed);

        // An address that moves from one port to another can come only after it has gone.
        var again = _refused.ToList();
        _refused.Clear();
        foreach (var change in again)
            Program(wanted, [change]);
        foreach (var (_, after) in _refused)
            quarantine.Add(after!, _first!.Message);
        return _changes;
    }

    private void Program(ServiceTable wanted, ReadOnlySpan<(ProxiedPort? Before, ProxiedPort? After)> changes)
    {
        if (changes.IsEmpty || TryApply(With(wanted, changes), out var refused))
            return;
        if (changes.Length > 1)
        {
            Program(wanted, changes[..(changes.Length / 2)]);
            Program(wanted, changes[(changes.Length / 2)..]);
            return;
        }

        // What cannot be removed is nobody's wish: the kernel's state is not what we think.
        _first = refused;
        if (changes[0].After is null || _refused.Count >= MostRefused)
            throw refused!;
        _refused.Add(changes[0]);
    }

    private bool TryApply(ServiceTable table, out NftException? refused)
    {
        refused = null;
        var batch = program.Plan(table);
        try
        {
            apply(batch);
        }
        catch (NftException error) when (!error.IsConflict)
        {
            refused = error;
            return false;
        }

        program.Commit();
        _changes += batch.Operations.Count;
        return true;
    }

    /// <summary>What is committed, with some ports as they are wanted.</summary>
    private ServiceTable With(ServiceTable wanted, ReadOnlySpan<(ProxiedPort? Before, ProxiedPort? After)> changes)
    {
        var ports = program.Committed.Ports.ToDictionary(port => (port.Name, port.IsV6));
        foreach (var (before, after) in changes)
        {
            var port = after ?? before!;
            if (after is null)
                ports.Remove((port.Name, port.IsV6));
            else
                ports[(port.Name, port.IsV6)] = after;
        }

        return wanted with { Ports = ports.Values.OrderBy(port => port.Name).ThenBy(port => port.IsV6).ToImmutableArray() };
    }

    private static (ProxiedPort? Before, ProxiedPort? After)[] Changed(ServiceTable committed, ServiceTable wanted)
    {
        var before = committed.Ports.ToDictionary(port => (port.Name, port.IsV6));
        var changes = new List<(ProxiedPort?, ProxiedPort?)>();
        foreach (var port in wanted.Ports)
        {
            if (!before.Remove((port.Name, port.IsV6), out var known) || !ReferenceEquals(known, port))
                changes.Add((known, port));
        }

        return [.. before.Values.Select(gone => ((ProxiedPort?)gone, (ProxiedPort?)null)), .. changes];
    }
}
