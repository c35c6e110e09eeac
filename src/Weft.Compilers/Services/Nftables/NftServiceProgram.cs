using Weft.Compilers.Nftables;
using System.Globalization;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>
/// Services as nftables: the tables <c>ip weft-services</c> and <c>ip6 weft-services</c>, of a constant number of chains and large maps. Holds which
/// numbers and places Services and endpoints have in those maps, so that a change becomes a batch of the elements that changed.
/// </summary>
/// <remarks>
/// <code>
/// var program = NftServiceProgram.Adopt(driver.ReadBack(NftServiceProgram.Tables));
/// driver.Apply(program.Plan(desired));      // empty when the kernel has everything
/// program.Commit();                         // or, when the kernel refused, Plan again: what was not committed is forgotten
/// </code>
/// Pure: it touches no kernel. Not for concurrent use.
/// </remarks>
public sealed class NftServiceProgram : INftProgram<ServiceTable>
{
    private readonly FamilyProgram _v4 = new(ServiceSets.V4);
    private readonly FamilyProgram _v6 = new(ServiceSets.V6);
    private NftReadBack? _adopted;
    private ServiceTable _committed = ServiceTable.Empty;
    private ServiceTable? _planned;
    private List<ProxiedPort> _leftOut = [];

    private NftServiceProgram()
    {
    }

    /// <summary>The tables it writes: what to ask a read-back for, and what to delete when another target takes over.</summary>
    public static EquatableArray<NftTableId> Tables { get; } = [ServiceSets.V4.Table, ServiceSets.V6.Table];

    /// <summary>The bit of the packet mark by which a connection is masqueraded.</summary>
    public static uint MasqueradeMark => ServiceFrame.MasqueradeMark;

    /// <summary>What was planned and committed last.</summary>
    public ServiceTable Committed => _committed;

    /// <summary>Takes over what is in the kernel, whoever wrote it; null stands for none of <see cref="Tables"/> is there.</summary>
    public static NftServiceProgram Adopt(NftReadBack? found)
    {
        var program = new NftServiceProgram();
        var ours = found?.Ruleset.Tables.Where(table => Tables.AsSpan().Contains(table.Id)).ToEquatableArray() ?? [];
        if (found is null || ours.Count == 0)
            return program;
        program._adopted = found with { Ruleset = new NftRuleset { Tables = ours } };
        program._v4.Seed = SeedOf(found, ServiceSets.V4);
        program._v6.Seed = SeedOf(found, ServiceSets.V6);
        return program;
    }

    /// <summary>The whole ruleset for a table, from nothing.</summary>
    public static NftRuleset Compile(ServiceTable table)
    {
        var program = new NftServiceProgram();
        program.Plan(table);
        program.Commit();
        return program.Ruleset();
    }

    /// <summary>What the last plan leaves out, as the layout has no number for it; it is tried again with every plan.</summary>
    public EquatableArray<Problem> LeftOut => _leftOut.Count == 0 ? [] : _leftOut.Select(Describe).Distinct().ToEquatableArray();

    /// <summary>The batch that leads from what is committed (or was adopted) to <paramref name="desired"/>. An earlier plan that was not committed is forgotten.</summary>
    public NftBatch Plan(ServiceTable desired)
    {
        _v4.Discard();
        _v6.Discard();
        _planned = desired;
        var (v4, v6) = PortChanges.Between(_committed, desired);
        var operations = new List<NftOperation>();
        operations.AddRange(_v4.Plan(v4, _committed, desired));
        operations.AddRange(_v6.Plan(v6, _committed, desired));
        _leftOut = [.. _v4.LeftOut, .. _v6.LeftOut];
        return _adopted is null ? new NftBatch([.. operations]) : NftDiff.Between(_adopted, RulesetOf(_v4.PlannedTable(), _v6.PlannedTable()));
    }

    /// <summary>The batch of the last <see cref="Plan"/> has been applied.</summary>
    /// <exception cref="InvalidOperationException">There is no plan.</exception>
    public void Commit()
    {
        _committed = Without(_leftOut, _planned ?? throw new InvalidOperationException("there is no plan to commit"));
        _planned = null;
        _adopted = null;
        _v4.Commit();
        _v6.Commit();
    }

    /// <summary>What is committed, as a whole: what a read-back must equal.</summary>
    public NftRuleset Ruleset() => RulesetOf(_v4.Table, _v6.Table);

    /// <summary>The port that an element of the last plan's batch, or of the committed state, belongs to; null for what many share.</summary>
    public ServicePortName? Owner(NftTableId table, string set, NftElement element)
    {
        uint? id = set switch
        {
            ServiceSets.Frontends or ServiceSets.NodePorts => element.Data is { } value ? BitConverter.ToUInt32(value.Bytes) & ServiceSets.IdMask : null,
            ServiceSets.Backends or ServiceSets.Places or ServiceSets.Sources => BitConverter.ToUInt32(element.Key.Bytes) & ~1u,
            _ => null,
        };
        return id is { } known ? (table == ServiceSets.V6.Table ? _v6 : _v4).Owner(known) : null;
    }

    /// <summary>The port that an operation's element belongs to, as for a refused one; null for what many share.</summary>
    public ServicePortName? Owner(NftOperation? operation, NftElement? element) => (operation, element) switch
    {
        (NftAddElements add, { } found) => Owner(add.Table, add.Set.Name, found),
        (NftDeleteElements delete, { } found) => Owner(delete.Table, delete.Set.Name, found),
        _ => null,
    };

    private static ServiceTable Without(List<ProxiedPort> ports, ServiceTable table)
    {
        if (ports.Count == 0)
            return table;
        var gone = ports.ToHashSet(ReferenceEqualityComparer.Instance);
        return table with { Ports = table.Ports.Where(port => !gone.Contains(port)).ToEquatableArray() };
    }

    private static Problem Describe(ProxiedPort port) => new(
        $"Service {port.Name.Namespace}/{port.Name.Service}",
        "TooManyServices",
        string.Create(
            CultureInfo.InvariantCulture,
            $"port {port.Name} ({(port.IsV6 ? "IPv6" : "IPv4")}) is not served: nftables has numbers for {ServiceSets.IdMask / 2:N0} ports of a family and {ServiceSets.MaxClass:N0} kinds of them (endpoints, policies, affinity), and all are in use; remove Services, or set proxy: ipvs"));

    private static FamilySeed? SeedOf(NftReadBack found, ServiceSets sets) =>
        found.Ruleset.Find(sets.Table) is { } table ? new FamilySeed(table, sets) : null;

    private static NftRuleset RulesetOf(params ReadOnlySpan<NftTable?> tables)
    {
        var present = new List<NftTable>();
        foreach (var table in tables)
        {
            if (table is not null)
                present.Add(table);
        }

        return new NftRuleset { Tables = [.. present] };
    }
}
