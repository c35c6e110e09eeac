using Weft.Model.Nodes;

namespace Weft.Netlink.Namespaces;

/// <summary>Kernel settings of one network namespace: the kernel's, or those of the fake beside it.</summary>
/// <remarks>
/// Paths are below /proc/sys, with slashes (<c>net/ipv4/ip_forward</c>); names of links may hold dots. Values are without a line end, and
/// their fields are separated by single spaces.
/// </remarks>
public interface ISysctls
{
    /// <summary>The value; null when the kernel has no such setting.</summary>
    /// <exception cref="NetlinkException">EACCES: not ours to read.</exception>
    string? Read(string path);

    /// <summary>Brings settings to their wanted values and says of each what became of it. A refusal never stops the ones after it.</summary>
    IReadOnlyList<SysctlReport> Apply(IReadOnlyList<Sysctl> wanted);
}

/// <summary>What became of a wanted setting.</summary>
public enum SysctlOutcome
{
    /// <summary>It had the value already; nothing was written.</summary>
    Held,

    /// <summary>It was written, and reads back as wanted.</summary>
    Changed,

    /// <summary>The kernel has no such setting: a module is missing, or the link is.</summary>
    Missing,

    /// <summary>This process may not write it, or /proc/sys is read-only.</summary>
    NotPermitted,

    /// <summary>The kernel did not take the value.</summary>
    Refused,
}

/// <summary>What became of one wanted setting.</summary>
/// <param name="Wanted">The setting.</param>
/// <param name="Found">The value that stood there before; null when there was none, or it cannot be read.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">One line for people.</param>
public sealed record SysctlReport(Sysctl Wanted, string? Found, SysctlOutcome Outcome, string Message)
{
    /// <summary>Whether the setting now is as wanted.</summary>
    public bool Holds => Outcome is SysctlOutcome.Held or SysctlOutcome.Changed;
}
