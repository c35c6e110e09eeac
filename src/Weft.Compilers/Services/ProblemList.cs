using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Services;

/// <summary>Collects what is wrong with one Service or its slices.</summary>
internal sealed class ProblemList(ObjectKey service)
{
    private List<Problem>? _problems;

    /// <summary>The Service, as problems name it.</summary>
    public string Service => $"Service {service}";

    /// <summary>Something of the Service itself.</summary>
    public void Add(string reason, string message) => (_problems ??= []).Add(new Problem(Service, reason, message));

    /// <summary>Something of one of its slices.</summary>
    public void Add(EndpointSlice slice, string reason, string message) => (_problems ??= []).Add(new Problem($"EndpointSlice {slice.Key()}", reason, message));

    /// <summary>Each once.</summary>
    public Problem[] ToArray() => _problems is null ? [] : [.. _problems.Distinct()];
}
