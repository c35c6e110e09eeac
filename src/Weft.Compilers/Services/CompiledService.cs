using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>One Service as it would be served if it were alone, and what is left of that beside the others.</summary>
internal sealed class CompiledService(ServiceObjects source, ProxiedPort[] ports, ServiceHealthCheck? healthCheck, Problem[] problems)
{
    public ServiceObjects Source { get; } = source;

    public ObjectKey Key { get; } = source.Service.Key();

    /// <summary>What it asks for.</summary>
    public ProxiedPort[] Ports { get; } = ports;

    public ServiceHealthCheck? HealthCheck { get; } = healthCheck;

    public Problem[] Problems { get; } = problems;

    /// <summary>What it gets: <see cref="Ports"/> without the addresses that an older Service has already.</summary>
    public ProxiedPort[] Served { get; set; } = ports;

    /// <summary>One per address that it does not get.</summary>
    public Problem[] Conflicts { get; set; } = [];

    public bool HasProblems => Problems.Length + Conflicts.Length > 0;

    /// <summary>Older ones win a conflict; of the same age, the first by name.</summary>
    public bool IsBefore(CompiledService other)
    {
        var (mine, others) = (Source.Service.Metadata.CreationTimestamp ?? default, other.Source.Service.Metadata.CreationTimestamp ?? default);
        return mine != others ? mine < others : Key.CompareTo(other.Key) < 0;
    }
}
