using Weft.Model.Nodes;
using Weft.Netlink.Namespaces;

namespace Weft.Netlink.Fakes;

/// <summary>Kernel settings in memory, for tests without privileges.</summary>
/// <remarks>Only what was put in with <see cref="Values"/> exists; paths in <see cref="ReadOnly"/> cannot be written.</remarks>
public sealed class FakeSysctls : ISysctls
{
    /// <summary>The settings that exist, by path.</summary>
    public Dictionary<string, string> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>The settings that may not be written.</summary>
    public HashSet<string> ReadOnly { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string? Read(string path)
    {
        KernelSysctls.Check(path);
        return Values.GetValueOrDefault(path);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SysctlReport> Apply(IReadOnlyList<Sysctl> wanted)
    {
        var reports = new List<SysctlReport>();
        foreach (var setting in wanted)
            reports.Add(Apply(setting));
        return reports;
    }

    private SysctlReport Apply(Sysctl wanted)
    {
        var value = KernelSysctls.Normal(wanted.Value);
        if (Read(wanted.Path) is not { } found)
            return new SysctlReport(wanted, Found: null, SysctlOutcome.Missing, $"{wanted.Path}: no such setting");
        if (string.Equals(found, value, StringComparison.Ordinal))
            return new SysctlReport(wanted, found, SysctlOutcome.Held, $"{wanted.Path} is {found}");
        if (ReadOnly.Contains(wanted.Path))
            return new SysctlReport(wanted, found, SysctlOutcome.NotPermitted, $"{wanted.Path} is {found} and may not be written");
        Values[wanted.Path] = value;
        return new SysctlReport(wanted, found, SysctlOutcome.Changed, $"{wanted.Path} was {found} and is {value}");
    }
}
