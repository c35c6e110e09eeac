using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>Finds the endpoints of a Service's ports in its slices.</summary>
internal sealed class EndpointReader(EquatableArray<EndpointSlice> slices, ServiceContext context, ProblemList problems)
{
    private readonly List<(EndpointSlice Slice, bool IsV6, Candidate[] Candidates)> _slices = Read(slices, context, problems);

    /// <summary>Who serves a port in a family.</summary>
    public EndpointChoice Choose(NamedPort port, bool v6)
    {
        var found = new List<Candidate>();
        foreach (var (slice, isV6, candidates) in _slices)
        {
            if (isV6 != v6)
                continue;
            foreach (var offered in slice.Ports)
            {
                if ((offered.Name ?? "") == port.Name && ServiceReader.ProtocolOf(offered.Protocol) == port.Protocol)
                    Add(found, candidates, offered.Port, slice);
            }
        }

        return EndpointChoice.Of(Unique(found), context);
    }

    /// <summary>How many pods of this node are ready, each counted once.</summary>
    public int CountLocalReady()
    {
        var addresses = new HashSet<(bool, IpAddress)>();
        foreach (var (_, _, candidates) in _slices)
        {
            foreach (var candidate in candidates)
            {
                if (candidate is { Ready: true, Backend.IsLocal: true })
                    addresses.Add((candidate.Backend.Address.IsV6, candidate.Backend.Address));
            }
        }

        // A pod of two families is one endpoint with two addresses.
        var v6 = addresses.Count(found => found.Item1);
        return int.Max(v6, addresses.Count - v6);
    }

    private static List<(EndpointSlice, bool, Candidate[])> Read(EquatableArray<EndpointSlice> slices, ServiceContext context, ProblemList problems)
    {
        var read = new List<(EndpointSlice, bool, Candidate[])>(slices.Count);
        foreach (var slice in slices)
        {
            // Names in place of addresses (FQDN) are for DNS.
            if (slice.AddressType is "IPv4" or "IPv6" && !ServiceReader.IsForOthers(slice.Metadata.Labels))
                read.Add((slice, slice.AddressType == "IPv6", ReadEndpoints(slice, context, problems)));
        }

        return read;
    }

    private static Candidate[] ReadEndpoints(EndpointSlice slice, ServiceContext context, ProblemList problems)
    {
        var candidates = new List<Candidate>(slice.Endpoints.Count);
        foreach (var endpoint in slice.Endpoints)
        {
            // The API prescribes that consumers use the first address only.
            var text = endpoint.Addresses.Count > 0 ? endpoint.Addresses[0] : "";
            if (!IpAddress.TryParse(text, out var address) || address.IsV6 != (slice.AddressType == "IPv6"))
                problems.Add(slice, "InvalidEndpoint", $"'{text}' is not an {slice.AddressType} address, so this endpoint gets no connections");
            else if (Reserved.NameOf(address) is { } reserved)
                problems.Add(slice, "InvalidEndpoint", $"{address} is {reserved}, so this endpoint gets no connections");
            else
                candidates.Add(Candidate.Of(endpoint, address, context));
        }

        return [.. candidates];
    }

    private void Add(List<Candidate> found, Candidate[] candidates, int? port, EndpointSlice slice)
    {
        // A port without a number stands for all of them, which no proxy can serve; upstream's ignores it too.
        if (port is null or 0)
            return;
        if (port is < 0 or > ushort.MaxValue)
        {
            problems.Add(slice, "InvalidPort", $"port {port} is no number from 1 to 65535, so its endpoints get no connections");
            return;
        }

        foreach (var candidate in candidates)
            found.Add(candidate with { Backend = candidate.Backend with { Port = (ushort)port } });
    }

    /// <summary>Sorted; of the same address in two slices (a pod moves between them) the more useful is kept.</summary>
    private static List<Candidate> Unique(List<Candidate> candidates)
    {
        candidates.Sort(static (left, right) => left.Backend.CompareTo(right.Backend));
        var last = 0;
        for (var i = 1; i < candidates.Count; i++)
        {
            if (candidates[last].Backend.CompareTo(candidates[i].Backend) == 0)
                candidates[last] = Candidate.Better(candidates[last], candidates[i]);
            else
                candidates[++last] = candidates[i];
        }

        if (last + 1 < candidates.Count)
            candidates.RemoveRange(last + 1, candidates.Count - last - 1);
        return candidates;
    }
}

/// <summary>An endpoint that may serve.</summary>
/// <param name="Backend">Address, port, and whether it is on this node.</param>
/// <param name="Ready">Takes new connections.</param>
/// <param name="Draining">Is on its way out and serves when nobody else does.</param>
/// <param name="Source">For its hints.</param>
internal readonly record struct Candidate(Backend Backend, bool Ready, bool Draining, Endpoint Source)
{
    public static Candidate Of(Endpoint endpoint, IpAddress address, ServiceContext context)
    {
        var conditions = endpoint.Conditions;
        var ready = conditions?.Ready ?? true;
        var draining = !ready && (conditions?.Serving ?? true) && conditions?.Terminating is true;
        return new Candidate(new Backend(address, 0, endpoint.NodeName == context.Node), ready, draining, endpoint);
    }

    public static Candidate Better(Candidate left, Candidate right)
    {
        var better = (right.Ready, right.Draining).CompareTo((left.Ready, left.Draining)) > 0 ? right : left;
        return better with { Backend = better.Backend with { IsLocal = left.Backend.IsLocal || right.Backend.IsLocal } };
    }
}
