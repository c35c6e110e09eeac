namespace Weft.Model.Nftables;

/// <summary>One packet on its way through one table's chains.</summary>
internal sealed class NftChainRun(NftTableIndex indexed, NftHost host, NftMemory memory, NftPacket packet, List<NftTraceStep> steps)
{
    // The kernel's NFT_JUMP_STACK_SIZE.
    private const int DeepestCall = 16;

    private readonly NftTable _table = indexed.Table;
    private int _depth;

    // What the verdict map of the statement at hand found.
    private NftElement? _found;

    /// <summary>The packet as the rules have left it so far.</summary>
    internal NftPacket Packet { get; private set; } = packet;

    /// <summary>The statement that decided, where it was more than a verdict.</summary>
    internal NftStatement? Decision { get; private set; }

    /// <summary>The verdict that ended the chain; null where its end was reached.</summary>
    internal NftVerdictKind? Evaluate(NftChain chain)
    {
        for (var index = 0; index < chain.Rules.Count; index++)
        {
            if (Match(chain, index) is not { } verdict || verdict.Kind == NftVerdictKind.Continue)
                continue;
            var result = verdict.Chain is { } target ? Call(target) : verdict.Kind;
            if (verdict.Kind != NftVerdictKind.Jump || result is NftVerdictKind.Accept or NftVerdictKind.Drop)
                return result;
        }

        return null;
    }

    private NftVerdictKind? Call(string name)
    {
        var chain = _table.FindChain(name) ?? throw new ArgumentException($"the table {_table.Id} has no chain '{name}'");
        if (++_depth > DeepestCall)
            throw new ArgumentException($"the chains of table {_table.Id} call each other more than {DeepestCall} deep");
        var result = Evaluate(chain);
        _depth--;
        return result == NftVerdictKind.Return ? null : result;
    }

    private NftVerdict? Match(NftChain chain, int index)
    {
        var values = new NftValues(indexed, host, memory);
        foreach (var statement in chain.Rules[index].Statements)
        {
            if (!Pass(statement, values, out var verdict))
                return null;
            if (verdict is null && !IsEffect(statement))
                continue;
            var isPlain = statement is NftVerdictStatement or NftVerdictMap;
            steps.Add(new NftTraceStep(_table.Id, chain.Name, index, isPlain ? verdict.ToString()! : NftPrinter.Print(new NftRule([statement]), _table.Family)) { Comment = _found?.Comment });
            if (verdict is null)
                continue;
            Decision = isPlain ? null : statement;
            return verdict;
        }

        return null;
    }

    private bool Pass(NftStatement statement, NftValues values, out NftVerdict? verdict)
    {
        (verdict, _found) = (null, null);
        switch (statement)
        {
            case NftMatch match:
                return values.Of(match.Left, Packet) is { } left && Compare(left, match);
            case NftRangeMatch range:
                return values.Of(range.Value, Packet) is { } value && (value >= range.From && value <= range.To) != range.Negated;
            case NftSetMatch set:
                return values.Of(set.Key, Packet) is { } key && values.Find(set.Set, key) is not null != set.Negated;
            case NftVerdictMap map:
                _found = values.Of(map.Key, Packet) is { } mapped ? values.Find(map.Map, mapped) : null;
                verdict = _found?.Verdict;
                return verdict is not null;
            case NftVerdictStatement decided:
                verdict = decided.Verdict;
                return true;
            case NftReject:
                verdict = NftVerdict.Drop;
                return true;
            case NftLet let:
                return values.Keep(let.Value, Packet);
            default:
                return Change(statement, values, out verdict);
        }
    }

    private bool Change(NftStatement statement, NftValues values, out NftVerdict? verdict)
    {
        verdict = null;
        switch (statement)
        {
            case NftSetMeta { Key: NftMeta.Mark } meta when values.Of(meta.Value, Packet) is { } mark:
                Packet = Packet with { Mark = BitConverter.ToUInt32(mark.Bytes) };
                return true;
            case NftSetMeta { Key: NftMeta.Priority } meta when values.Of(meta.Value, Packet) is { } priority:
                Packet = Packet with { Priority = BitConverter.ToUInt32(priority.Bytes) };
                return true;
            case NftSetCt { Key: NftCt.Mark } ct when values.Of(ct.Value, Packet) is { } mark:
                Packet = Packet with { ConnectionMark = BitConverter.ToUInt32(mark.Bytes) };
                return true;
            case NftNat nat:
                if (NftRewrite.Apply(nat, values, Packet) is not { } rewritten)
                    return false;
                Packet = rewritten;
                verdict = NftVerdict.Accept;
                return true;
            case NftMasquerade or NftRedirect or NftTproxy:
                verdict = NftVerdict.Accept;
                return true;
            case NftDynset dynset:
                return memory.Apply(dynset, _table, values, Packet);
            default:
                return statement is NftCounter or NftLimit or NftLog or NftNotrack;
        }
    }

    private static bool Compare(NftData left, NftMatch match)
    {
        // A wildcard compares as many bytes as it has.
        var bytes = left.Bytes.Length > match.Right.Length ? left.Bytes[..match.Right.Length] : left.Bytes;
        var order = bytes.SequenceCompareTo(match.Right.Bytes);
        return match.Comparison switch
        {
            NftComparison.Equal => order == 0,
            NftComparison.NotEqual => order != 0,
            NftComparison.Less => order < 0,
            NftComparison.LessOrEqual => order <= 0,
            NftComparison.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static bool IsEffect(NftStatement statement) => statement is NftSetMeta or NftSetCt or NftLog or NftDynset or NftNotrack;
}
