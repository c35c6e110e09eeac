using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;

namespace Weft.ApiServer.Writes;

/// <summary>The ports that every node opens for Services: node ports and health check ports share one range.</summary>
/// <remarks>
/// Within a Service the same number may serve TCP and UDP. The lower band of the range is left to Services that name their port, and given
/// out only when the rest is taken (KEP-3668): a 32nd of the range, at least 16 and at most 128 ports, none of a range of up to 16.
/// </remarks>
internal sealed class NodePorts
{
    private readonly NodePortRange _range;
    private readonly int _firstDynamic;
    private int _next;

    public NodePorts(NodePortRange range)
    {
        _range = range;
        _firstDynamic = range.First + (range.Size <= 16 ? 0 : Math.Clamp(range.Size / 32, 16, 128));
        _next = _firstDynamic;
    }

    /// <summary>Checks the ports that a Service asks for, and gives it those that it needs and has not.</summary>
    public void Allocate(JsonObject spec, JsonObject? old, ServiceIndex taken, string owner, List<FieldError> errors)
    {
        var held = ServicePorts.Numbers(old).ToHashSet();
        if (ServicePorts.NeedsNodePorts(spec))
            AllocateNodePorts(spec, held, taken, owner, errors);
        if (ServicePorts.NeedsHealthCheck(spec) && errors.Count == 0)
            AllocateHealthPort(spec, held, taken, owner);
    }

    private void AllocateNodePorts(JsonObject spec, HashSet<int> held, ServiceIndex taken, string owner, List<FieldError> errors)
    {
        var ports = spec.Items("ports").OfType<JsonObject>().ToList();
        var automatic = spec.Flag("allocateLoadBalancerNodePorts") is not false || spec.Text("type") == "NodePort";
        for (var i = 0; i < ports.Count; i++)
        {
            if (ServicePorts.NodePort(ports[i]) is not 0 and var given)
            {
                if (!held.Contains(given) && Problem(given, taken, owner) is { } problem)
                    errors.Add(FieldError.Invalid($"spec.ports[{i}].nodePort", $"{given}", problem));
            }
            else if (automatic)
            {
                ports[i]["nodePort"] = SameElsewhere(ports, ports[i]) ?? Take(spec, taken, "failed to allocate a nodePort");
            }
        }
    }

    private void AllocateHealthPort(JsonObject spec, HashSet<int> held, ServiceIndex taken, string owner)
    {
        if (ServicePorts.HealthPort(spec) is 0)
            spec["healthCheckNodePort"] = Take(spec, taken, "failed to allocate a HealthCheck NodePort 0");
        else if (ServicePorts.HealthPort(spec) is var given && !held.Contains(given) && Problem(given, taken, owner) is { } problem)
            throw Status.InternalError($"failed to allocate requested HealthCheck NodePort {given}: {problem}");
    }

    /// <summary>The node port of the same port number under another protocol: DNS over TCP and UDP is one port also outside.</summary>
    private static int? SameElsewhere(List<JsonObject> ports, JsonObject port)
    {
        var same = ports.FirstOrDefault(other => ServicePorts.NodePort(other) != 0 && other.Number("port") == port.Number("port") && other.Text("protocol") != port.Text("protocol"));
        return same is null ? null : ServicePorts.NodePort(same);
    }

    private string? Problem(int port, ServiceIndex taken, string owner)
    {
        if (port < _range.First || port > _range.Last)
            return $"provided port is not in the valid range. The range of valid ports is {_range}";
        return taken.IsFree(port, owner) ? null : "provided port is already allocated";
    }

    /// <summary>A port that no other Service holds and this one does not use yet.</summary>
    private int Take(JsonObject spec, ServiceIndex taken, string failure)
    {
        var own = ServicePorts.Numbers(spec).ToHashSet();
        for (var tried = _firstDynamic; tried <= _range.Last; tried++)
        {
            var candidate = _next;
            _next = _next == _range.Last ? _firstDynamic : _next + 1;
            if (taken.IsFree(candidate) && !own.Contains(candidate))
                return candidate;
        }
        for (var candidate = _range.First; candidate < _firstDynamic; candidate++)
        {
            if (taken.IsFree(candidate) && !own.Contains(candidate))
                return candidate;
        }
        throw Status.InternalError($"{failure}: range is full");
    }
}
