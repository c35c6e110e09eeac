using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Tests.Policies;

/// <summary>Finds out by the packet interpreter what a ruleset does with connections.</summary>
public static class InterpretedPolicies
{
    private static readonly NftHost Host = new(
        address => RandomPolicies.NodeAddresses.AsSpan().Contains(address) ? NftAddressType.Local : NftAddressType.Unicast, _ => 0);

    /// <summary>Asserts that rules and table agree, also about what would be denied under audit.</summary>
    public static void CheckSame(PolicyTable table, NftRuleset ruleset, IEnumerable<Connection> connections)
    {
        var judge = new PolicyJudge(table with { NodeAddresses = RandomPolicies.NodeAddresses });
        var interpreter = new NftInterpreter(ruleset, Host);
        foreach (var connection in connections)
        {
            var verdict = judge.Judge(connection);
            var hook = HookOf(connection);
            if (hook == NftHook.Input && verdict.Ingress is not null)
                continue;
            var trace = Run(interpreter, connection, hook);
            var isSame = verdict.IsAccepted == trace.Accepted && Logged(trace, verdict.Denier, audited: false) && Logged(trace, verdict.AuditedDenier, audited: true);
            Assert.True(isSame, isSame ? null : $"{connection} at {hook}: {verdict.Denier?.Reason}\n{trace}\n{NftPrinter.Print(ruleset)}");
            Assert.Equal(0u, trace.Accepted && hook != NftHook.Input ? trace.Packet.Priority : 0);
        }
    }

    /// <summary>Asserts what becomes of a segment in the middle of a connection that nobody knows: who opened it shows by the ports, or else both may have.</summary>
    public static void CheckMiddle(PolicyTable table, NftRuleset ruleset, IEnumerable<(Connection Connection, ushort SourcePort)> segments)
    {
        const byte Ack = 0x10, Tcp = 6;
        var (interpreter, judge) = (new NftInterpreter(ruleset, Host), new PolicyJudge(table));
        foreach (var (connection, sourcePort) in segments.Where(segment => segment.Connection.Protocol == Tcp && HookOf(segment.Connection) == NftHook.Forward))
        {
            var (fromClient, toClient) = (sourcePort >= 32768, connection.Port >= 32768);
            var asFirst = judge.Judge(connection).IsAccepted;
            var asAnswer = judge.Judge(new Connection(connection.Destination, connection.Source, Tcp, sourcePort)).IsAccepted;
            var expected = (fromClient, toClient) switch
            {
                (true, false) => asFirst,
                (false, true) => asAnswer,
                _ => asFirst && asAnswer,
            };
            var trace = Run(interpreter, connection, NftHook.Forward, sourcePort, Ack);
            Assert.True(expected == trace.Accepted, expected == trace.Accepted ? null : $"{connection} from port {sourcePort}: {trace}");
        }
    }

    /// <summary>Whether a connection passes these rules.</summary>
    public static bool Passes(NftRuleset ruleset, Connection connection) => Run(new NftInterpreter(ruleset, Host), connection, HookOf(connection)).Accepted;

    /// <summary>What becomes of a connection's first packet in this hook, and behind it.</summary>
    public static NftTrace Run(NftInterpreter interpreter, Connection connection, NftHook hook, ushort sourcePort = 40000, byte tcpFlags = 0x02)
    {
        var packet = new NftPacket
        {
            InputInterface = hook == NftHook.Output ? "" : "veth1",
            OutputInterface = hook == NftHook.Input ? "" : "veth2",
            Source = connection.Source,
            Destination = connection.Destination,
            Protocol = connection.Protocol,
            SourcePort = sourcePort,
            TcpFlags = tcpFlags,
            DestinationPort = connection.Port ?? 0,
            IcmpType = connection.Protocol == 58 ? (byte)128 : (byte)8,
        };
        var trace = interpreter.Run(hook, packet);
        if (!trace.Accepted || hook == NftHook.Input)
            return trace;
        var behind = interpreter.Run(NftHook.Postrouting, trace.Packet);
        return behind with { Steps = [.. trace.Steps, .. behind.Steps] };
    }

    private static NftHook HookOf(Connection connection) =>
        RandomPolicies.NodeAddresses.AsSpan().Contains(connection.Source) ? NftHook.Output
        : RandomPolicies.NodeAddresses.AsSpan().Contains(connection.Destination) ? NftHook.Input
        : NftHook.Forward;

    private static bool Logged(NftTrace trace, PolicySide? denier, bool audited)
    {
        var logs = trace.Steps.Where(step => step.Outcome.Contains($"\"weft-{(audited ? "audit-" : "")}", StringComparison.Ordinal)
            && (audited || !step.Outcome.Contains("audit-", StringComparison.Ordinal)));
        var expected = denier is null ? null : $"\"{PolicyLogging.Prefix(denier.Class.Direction, audited)}\"";
        return expected is null ? !logs.Any() : logs.Any(step => step.Outcome.Contains(expected, StringComparison.Ordinal));
    }
}
