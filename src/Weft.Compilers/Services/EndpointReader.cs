using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Services;

/// <summary>Finds the endpoints of a Service's ports in its slices.</summary>
internal sealed class EndpointReader
{
    private readonly ServiceContext _context;
    private readonly ProblemList _problems;
    private readonly List<ReadSlice> _slices;

    public EndpointReader(EquatableArray<EndpointSlice> slices, ServiceContext context, ProblemList problems)
    {
        (_context, _problems) = (context, problems);
        _slices = new List<ReadSlice>(slices.Count);
        foreach (var slice in slices)
        {
            // Names in place of addresses (FQDN) are for DNS.
            if (slice.AddressType is "IPv4" or "IPv6" && !ServiceReader.IsForOthers(slice.Metadata.Labels))
                _slices.Add(new ReadSlice(slice, slice.AddressType == "IPv6", ReadEndpoints(slice)));
        }
    }

    /// <summary>Who serves a port in a family.</summary>
    public EndpointChoice Choose(NamedPort port, bool v6)
    {
        var offers = new List<Offer>(_slices.Count > 0 ? _slices[0].Candidates.Length : 0);
        foreach (var read in _slices)
        {
            if (read.IsV6 != v6)
                continue;
            foreach (var offered in read.Slice.Ports)
            {
                if ((offered.Name ?? "") == port.Name && ServiceReader.ProtocolOf(offered.Protocol) == port.Protocol)
                    Add(offers, read, offered.Port);
            }
        }

        Unite(offers);
        return EndpointChoice.Of(offers, _context);
    }

    /// <summary>How many pods of this node are ready, each counted once.</summary>
    public int CountLocalReady()
    {
        var addresses = new HashSet<IpAddress>();
        foreach (var read in _slices)
        {
            foreach (var candidate in read.Candidates)
            {
                if (candidate.Ready && candidate.IsLocal)
                    addresses.Add(candidate.Address);
            }
        }

        // A pod of two families is one endpoint with two addresses.
        var v6 = addresses.Count(address => address.IsV6);
        return int.Max(v6, addresses.Count - v6);
    }

    private Candidate[] ReadEndpoints(EndpointSlice slice)
    {
        var candidates = new Candidate[slice.Endpoints.Count];
        var count = 0;
        foreach (var endpoint in slice.Endpoints)
        {
            // The API prescribes that consumers use the first address only.
            var text = endpoint.Addresses.Count > 0 ? endpoint.Addresses[0] : "";
            if (!IpAddress.TryParse(text, out var address) || address.IsV6 != (slice.AddressType == "IPv6"))
                _problems.Add(slice, "InvalidEndpoint", $"'{text}' is not an {slice.AddressType} address, so this endpoint gets no connections");
            else if (Reserved.NameOf(address) is { } reserved)
                _problems.Add(slice, "InvalidEndpoint", $"{address} is {reserved}, so this endpoint gets no connections");
            else
                candidates[count++] = new Candidate(address, endpoint, _context.Node);
        }

        return count == candidates.Length ? candidates : candidates[..count];
    }

    private void Add(List<Offer> offers, ReadSlice read, int? port)
    {
        // A port without a number stands for all of them, which no proxy can serve; upstream's ignores it too.
        if (port is null or 0)
            return;
        if (port is < 0 or > ushort.MaxValue)
        {
            _problems.Add(read.Slice, "InvalidPort", $"port {port} is no number from 1 to 65535, so its endpoints get no connections");
            return;
        }

        foreach (var candidate in read.Candidates)
            offers.Add(new Offer(candidate, (ushort)port, candidate.IsLocal));
    }

    /// <summary>Sorts, and of an address that is in two slices (a pod moves between them) keeps the more useful one.</summary>
    private static void Unite(List<Offer> offers)
    {
        if (!IsInOrder(offers))
            offers.Sort(Offer.Compare);
        var last = 0;
        for (var i = 1; i < offers.Count; i++)
        {
            if (Offer.Compare(offers[last], offers[i]) == 0)
                offers[last] = Offer.Better(offers[last], offers[i]);
            else
                offers[++last] = offers[i];
        }

        if (last + 1 < offers.Count)
            offers.RemoveRange(last + 1, offers.Count - last - 1);
    }

    private static bool IsInOrder(List<Offer> offers)
    {
        for (var i = 1; i < offers.Count; i++)
        {
            if (Offer.Compare(offers[i - 1], offers[i]) > 0)
                return false;
        }

        return true;
    }

    private sealed record ReadSlice(EndpointSlice Slice, bool IsV6, Candidate[] Candidates);
}
