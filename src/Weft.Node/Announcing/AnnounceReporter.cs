using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Announcing;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Node.Announcing;

/// <summary>Says on Services which node announces their addresses: <c>kubectl describe service</c> shows it.</summary>
/// <param name="nodeName">This node.</param>
/// <param name="events">Where Events go.</param>
/// <param name="logger">Where lines go.</param>
internal sealed class AnnounceReporter(string nodeName, EventRecorder events, ILogger logger)
{
    private readonly HashSet<AnnouncedAddress> _told = [];

    /// <summary>Tells what is new since the last time.</summary>
    public void Report(EquatableArray<Announcement> all, EquatableArray<AnnouncedAddress> mine, ImmutableSortedDictionary<ObjectKey, ServiceObjects> services)
    {
        var known = all.ToDictionary(announcement => announcement.Address);
        foreach (var gone in _told.Except(mine).ToList())
        {
            _told.Remove(gone);
            if (!mine.Any(address => address.Address == gone.Address))
                TellEnd(gone.Address, known.GetValueOrDefault(gone.Address), services);
        }

        foreach (var address in mine.Where(_told.Add))
        {
            var announcement = known[address.Address];
            Log.Announces(logger, address.Address, string.Join(", ", announcement.Services), address.Link.Name);
            Record(announcement, "Normal", "nodeAssigned", $"node {nodeName} announces {address.Address} by {(address.Address.IsV6 ? "neighbour discovery" : "ARP")} on {address.Link.Name}", services);
        }
    }

    /// <summary>Tells of another machine that says to have an address.</summary>
    public void NoteClaim(
        IpAddress address, MacAddress mac, ClaimOutcome outcome, EquatableArray<Announcement> all, ImmutableSortedDictionary<ObjectKey, ServiceObjects> services)
    {
        Log.AddressClaimed(logger, address, mac, outcome == ClaimOutcome.Yielded ? "gives it up until the API server is heard again" : "announces it again");
        if (outcome == ClaimOutcome.Defended && all.FirstOrDefault(announcement => announcement.Address == address) is { } announcement)
            Record(announcement, "Warning", "AddressClaimed", $"{address}, which node {nodeName} announces, is also claimed by {mac}: look for the machine that has it", services);
    }

    /// <summary>The Service that a problem names; null when it is gone.</summary>
    public ObjectReference? Find(Problem problem, ImmutableSortedDictionary<ObjectKey, ServiceObjects> services)
    {
        foreach (var (key, objects) in services)
        {
            if (problem.Object == $"Service {key}")
                return ObjectReference.To(objects.Service);
        }

        return null;
    }

    private void TellEnd(IpAddress address, Announcement? now, ImmutableSortedDictionary<ObjectKey, ServiceObjects> services)
    {
        var reason = now switch
        {
            null => "no Service has it any more",
            { Node: { } node } when node != nodeName => $"node {node} does",
            { Node: null, Reason: { } why } => why,
            _ => "there is no link for it",
        };
        Log.AnnouncesNoMore(logger, address, reason);
        if (now is { Node: null })
            Record(now, "Warning", "nodeUnassigned", $"nobody announces {address}: {reason}", services);
    }

    private void Record(Announcement announcement, string type, string reason, string message, ImmutableSortedDictionary<ObjectKey, ServiceObjects> services)
    {
        foreach (var key in announcement.Services)
        {
            if (services.TryGetValue(key, out var objects))
                events.Record(ObjectReference.To(objects.Service), type, reason, message);
        }
    }
}
