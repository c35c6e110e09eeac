using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>What has to happen to the EndpointSlices of a Service.</summary>
internal sealed record SlicePlan(IReadOnlyList<EndpointSlice> Create, IReadOnlyList<(EndpointSlice From, EndpointSlice To)> Update, IReadOnlyList<EndpointSlice> Delete)
{
    /// <summary>Endpoints per slice; kube-controller-manager's default.</summary>
    public const int MaximumEndpoints = 100;

    private const string Manager = "endpointslice-controller.k8s.io";

    /// <summary>Compares the slices that are with the pods that should be in them: pure; endpoints stay in the slice they are in.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="zones">The zone of each node.</param>
    /// <param name="existing">The slices of the Service that the controller manages.</param>
    public static SlicePlan For(Service service, IReadOnlyList<Pod> pods, Func<string?, string?> zones, IReadOnlyList<EndpointSlice> existing)
    {
        var create = new List<EndpointSlice>();
        var update = new List<(EndpointSlice From, EndpointSlice To)>();
        var left = existing.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToList();
        foreach (var ((v6, ports), endpoints) in Groups(service, pods, zones))
        {
            var type = v6 ? "IPv6" : "IPv4";
            var mine = left.FindAll(slice => slice.AddressType == type && slice.Ports == ports);
            left.RemoveAll(mine.Contains);
            var template = New(service, type, ports);
            foreach (var (slice, wanted) in Fill(endpoints, mine))
            {
                if (slice is null)
                    create.Add(template with { Endpoints = wanted });
                else if (wanted.Count == 0 && mine.Count > 1 && endpoints.Count > 0)
                    left.Add(slice);
                else if (slice with { Metadata = Labelled(slice, template), Endpoints = wanted } is var to && to != slice)
                    update.Add((slice, to));
            }
        }

        Reuse(create, update, left);
        return new SlicePlan(create, update, left);
    }

    /// <summary>A slice that is no longer needed becomes one that is: readers see one change instead of a gap.</summary>
    private static void Reuse(List<EndpointSlice> create, List<(EndpointSlice From, EndpointSlice To)> update, List<EndpointSlice> left)
    {
        foreach (var wanted in create.ToList())
        {
            if (left.Find(slice => slice.AddressType == wanted.AddressType) is not { } spare)
                continue;
            left.Remove(spare);
            create.Remove(wanted);
            update.Add((spare, spare with { Metadata = Labelled(spare, wanted), Endpoints = wanted.Endpoints, Ports = wanted.Ports }));
        }
    }

    /// <summary>Whether a slice is one of ours.</summary>
    public static bool IsOurs(EndpointSlice slice) => slice.Metadata.Labels.Find(EndpointSlice.ManagedByLabel) == Manager;

    private static Dictionary<(bool V6, EquatableArray<EndpointPort> Ports), List<Endpoint>> Groups(Service service, IReadOnlyList<Pod> pods, Func<string?, string?> zones)
    {
        var groups = new Dictionary<(bool, EquatableArray<EndpointPort>), List<Endpoint>>();
        foreach (var v6 in ServiceBackends.Families(service))
        {
            foreach (var pod in pods)
            {
                var addresses = ServiceBackends.Addresses(pod).Where(address => address.IsV6 == v6).Select(address => address.ToString()).ToList();
                var key = (v6, ServiceBackends.Ports(service, pod));
                if (addresses.Count == 0)
                    continue;
                if (!groups.TryGetValue(key, out var endpoints))
                    groups[key] = endpoints = [];
                endpoints.Add(NewEndpoint(service, pod, addresses[0], zones(pod.Spec.NodeName)));
            }

            // A Service without pods keeps one empty slice, so that readers know it has none.
            if (!groups.Keys.Any(key => key.Item1 == v6))
                groups[(v6, default)] = [];
        }

        return groups;
    }

    private static Endpoint NewEndpoint(Service service, Pod pod, string address, string? zone)
    {
        var (ready, terminating) = (pod.IsReady(), pod.IsTerminating());
        return new Endpoint
        {
            Addresses = [address],
            Conditions = new EndpointConditions { Ready = service.Spec.PublishNotReadyAddresses is true || (ready && !terminating), Serving = ready, Terminating = terminating },
            Hostname = ServiceBackends.Hostname(service, pod),
            NodeName = pod.Spec.NodeName,
            Zone = zone,
            TargetRef = ServiceBackends.Reference(pod),
        };
    }

    /// <summary>Distributes endpoints: each stays where it is, new ones fill gaps, and what does not fit gets new slices.</summary>
    private static IEnumerable<(EndpointSlice? Slice, EquatableArray<Endpoint> Endpoints)> Fill(List<Endpoint> endpoints, List<EndpointSlice> slices)
    {
        var waiting = endpoints.ToDictionary(Identity, StringComparer.Ordinal);
        var kept = slices.ConvertAll(slice => slice.Endpoints.Select(Identity).Where(waiting.ContainsKey).Select(identity => Take(waiting, identity)).OfType<Endpoint>().Take(MaximumEndpoints).ToList());
        var rest = new Queue<Endpoint>(endpoints.Where(endpoint => waiting.ContainsKey(Identity(endpoint))));
        for (var i = 0; i < slices.Count; i++)
        {
            while (kept[i].Count < MaximumEndpoints && rest.TryDequeue(out var next))
                kept[i].Add(next);
            yield return (slices[i], kept[i].ToEquatableArray());
        }

        var chunks = rest.Chunk(MaximumEndpoints).ToList();
        if (chunks.Count == 0 && slices.Count == 0)
            chunks.Add([]);
        foreach (var chunk in chunks)
            yield return (null, chunk.ToEquatableArray());
    }

    private static Endpoint? Take(Dictionary<string, Endpoint> waiting, string identity) => waiting.Remove(identity, out var endpoint) ? endpoint : null;

    private static string Identity(Endpoint endpoint) => $"{endpoint.TargetRef?.Uid}/{string.Join(',', endpoint.Addresses)}";

    private static ObjectMeta Labelled(EndpointSlice slice, EndpointSlice template) =>
        slice.Metadata with { Labels = template.Metadata.Labels, OwnerReferences = template.Metadata.OwnerReferences };

    private static EndpointSlice New(Service service, string type, EquatableArray<EndpointPort> ports)
    {
        var labels = service.Metadata.Labels.With(EndpointSlice.ServiceNameLabel, service.Metadata.Name).With(EndpointSlice.ManagedByLabel, Manager);
        return new EndpointSlice
        {
            Metadata = new ObjectMeta
            {
                GenerateName = $"{service.Metadata.Name}-",
                Namespace = service.Metadata.Namespace,
                Labels = service.Spec.ClusterIP == "None" ? labels.With(EndpointsController.HeadlessLabel, "") : labels,
                OwnerReferences = [OwnerReference.ControllerOf(service)],
            },
            AddressType = type,
            Ports = ports,
        };
    }
}
