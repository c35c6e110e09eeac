using System.Collections.Immutable;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy.Nftables;

/// <summary>Ports that the kernel refused, as they were then: they are left out until they change, or until it is time to try again.</summary>
/// <param name="time">The clock.</param>
internal sealed class Quarantine(TimeProvider time)
{
    // Apart from what the attempt costs, it may itself be a reason for doubt: not at every one, then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<ProxiedPort, Problem> _refused = new(ReferenceEqualityComparer.Instance);
    private long _last;

    /// <summary>One per Service that is refused, and only for what <see cref="Without"/> left out last.</summary>
    public EquatableArray<Problem> Problems =>
        _refused.Count == 0 ? [] : _refused.Values.Distinct().OrderBy(problem => problem.ToString(), StringComparer.Ordinal).ToEquatableArray();

    /// <summary>Lets all be tried again, unless the last attempt was just now.</summary>
    public void Review()
    {
        if (time.GetElapsedTime(_last) >= Patience)
            _refused.Clear();
    }

    /// <summary>Leaves a port out.</summary>
    public void Add(ProxiedPort port, string why)
    {
        _last = time.GetTimestamp();
        _refused[port] = Refused(port, why);
    }

    /// <summary>The table without ports that were refused as they are now. What has changed since then gets another chance.</summary>
    public ServiceTable Without(ServiceTable table)
    {
        if (_refused.Count == 0)
            return table;
        var seen = new HashSet<ProxiedPort>(ReferenceEqualityComparer.Instance);
        var ports = ImmutableArray.CreateBuilder<ProxiedPort>(table.Ports.Count);
        foreach (var port in table.Ports)
        {
            if (_refused.ContainsKey(port))
                seen.Add(port);
            else
                ports.Add(port);
        }

        foreach (var port in _refused.Keys.Where(port => !seen.Contains(port)).ToList())
            _refused.Remove(port);
        return table with { Ports = ports.DrainToImmutable() };
    }

    private static Problem Refused(ProxiedPort port, string why) => new(
        $"Service {port.Name.Namespace}/{port.Name.Service}",
        "KernelRefused",
        $"the kernel does not take port {(port.Name.Port.Length == 0 ? "" : $"{port.Name.Port} ")}({port.Name.Protocol.ToString().ToUpperInvariant()}, {(port.IsV6 ? "IPv6" : "IPv4")}) of it: {why}; every other one is programmed");
}
