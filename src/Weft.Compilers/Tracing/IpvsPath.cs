using Weft.Compilers.Services.Ipvs;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Tracing;

/// <summary>Virtual servers of IPVS, and the rules beside them: before, at input, and when leaving.</summary>
/// <param name="node">The node's name.</param>
/// <param name="plan">What is programmed.</param>
/// <param name="own">The node's addresses.</param>
internal sealed class IpvsPath(string node, IpvsPlan plan, IReadOnlySet<IpAddress> own) : ITargetPath
{
    private readonly NftPath _rules = new("ipvs", node, plan.Rules, own);

    /// <inheritdoc/>
    public string Name => _rules.Name;

    /// <inheritdoc/>
    public TargetPassage Enter(NftHook hook, NftPacket packet)
    {
        var before = _rules.Enter(hook, packet);
        if (before.Outcome != TraceOutcome.Delivered)
            return before;
        packet = before.Choices[0].Packet;
        var hops = before.Hops;
        if (hook == NftHook.Prerouting && IsHere(packet.Destination))
        {
            var input = _rules.Enter(NftHook.Input, packet);
            hops = [.. hops, .. input.Hops];
            if (input.Outcome != TraceOutcome.Delivered)
                return input with { Hops = hops };
        }

        var address = new VirtualAddress((L4Protocol)packet.Protocol, packet.Destination, packet.DestinationPort);
        var server = plan.Servers.FirstOrDefault(server => server.Address == address);
        if (server is null)
            return new TargetPassage(hops, TraceOutcome.Delivered, [new TargetChoice(packet, 1, [])]);
        var stage = hook == NftHook.Output ? "output" : "input";
        var stays = server.PersistenceSeconds == 0 ? "" : $", persistent for {server.PersistenceSeconds} s";
        var total = server.Servers.Sum(real => real.Weight);
        return new TargetPassage(
            [.. hops, new TraceHop(node, stage, $"ipvs {server.Address}, scheduler {server.Scheduler}{stays}", "chooses an endpoint", Object: null)],
            TraceOutcome.Delivered,
            server.Servers.Where(real => real.Weight > 0)
                .Select(real => new TargetChoice(packet with { Destination = real.Address, DestinationPort = real.Port }, real.Weight / (double)total, [])).ToEquatableArray());
    }

    /// <inheritdoc/>
    public (bool Masqueraded, EquatableArray<TraceHop> Hops) Leave(NftPacket packet) => _rules.Leave(packet);

    private bool IsHere(IpAddress address) => own.Contains(address) || plan.Routes.Any(route => route.Destination.Contains(address));
}
