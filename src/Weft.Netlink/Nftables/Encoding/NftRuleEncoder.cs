using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>A rule's statements as the kernel's expressions, which speak through 16 registers of 4 bytes.</summary>
/// <remarks>
/// Each statement computes its operands from register 0 upwards; what a <see cref="NftLet"/> keeps for the rest of the rule lies at the
/// other end, from register 15 downwards. The decoder tells the two apart by that, so they may not touch.
/// </remarks>
internal sealed class NftRuleEncoder
{
    private readonly List<int> _kept = [];
    private int _keptFrom = NftWire.Registers;

    internal void Encode(ref NetlinkWriter writer, NftRule rule)
    {
        foreach (var statement in rule.Statements)
            Encode(ref writer, statement);
    }

    // One register stays unused between the two ends.
    private int Free => _keptFrom == NftWire.Registers ? _keptFrom : _keptFrom - 1;

    /// <summary>Makes sure that an expression's value is in registers, and returns the first of them.</summary>
    internal int Operand(ref NetlinkWriter writer, NftExpression expression, int free = 0)
    {
        if (expression is NftVariable variable)
            return RegisterOf(variable);
        Load(ref writer, expression, free, free);
        return free;
    }

    private void Encode(ref NetlinkWriter writer, NftStatement statement)
    {
        switch (statement)
        {
            case NftMatch match:
                NftTestEncoder.Compare(ref writer, Operand(ref writer, match.Left), match);
                break;
            case NftRangeMatch range:
                NftTestEncoder.Range(ref writer, Operand(ref writer, range.Value), range);
                break;
            case NftSetMatch set:
                NftTestEncoder.Lookup(ref writer, set.Set, Operand(ref writer, set.Key), target: null, set.Negated);
                break;
            case NftVerdictMap map:
                NftTestEncoder.LookupVerdict(ref writer, map.Map, Operand(ref writer, map.Key));
                break;
            case NftLet let:
                Keep(ref writer, let);
                break;
            default:
                NftEffectEncoder.Encode(ref writer, statement, this);
                break;
        }
    }

    private void Keep(ref NetlinkWriter writer, NftLet let)
    {
        if (let.Slot != _kept.Count || let.Value is NftConcat or NftVariable)
            throw new ArgumentException("values are kept in slots 0, 1, … and are neither concatenations nor other kept values", nameof(let));
        _keptFrom -= Words(let.Value.Type);
        Load(ref writer, let.Value, _keptFrom, 0);
        _kept.Add(_keptFrom);
    }

    private void Load(ref NetlinkWriter writer, NftExpression expression, int target, int scratch)
    {
        if (scratch == target && target + Words(expression.Type) > Free)
            throw new ArgumentException($"the rule needs more than the kernel's {NftWire.Registers} registers", nameof(expression));
        switch (expression)
        {
            case NftConcat concat:
                foreach (var item in concat.Items)
                {
                    Load(ref writer, item, target, target);
                    target += Words(item.Type);
                }

                break;
            case NftBitwise bitwise:
                Load(ref writer, bitwise.Source, scratch, scratch);
                NftLoadEncoder.Bitwise(ref writer, scratch, target, bitwise.Mask.Bytes, bitwise.Xor.Bytes);
                break;
            case NftMapValue map:
                var key = map.Key is NftVariable kept ? RegisterOf(kept) : scratch;
                if (key == scratch)
                    Load(ref writer, map.Key, scratch, scratch);
                NftTestEncoder.Lookup(ref writer, map.Map, key, target, negated: false);
                break;
            case NftVariable variable:
                NftLoadEncoder.Copy(ref writer, RegisterOf(variable), target, variable.Type.PaddedLength);
                break;
            default:
                NftLoadEncoder.Load(ref writer, expression, target);
                break;
        }
    }

    private int RegisterOf(NftVariable variable) => variable.Slot < _kept.Count
        ? _kept[variable.Slot]
        : throw new ArgumentException($"${variable.Slot} is read before it is computed", nameof(variable));

    private static int Words(NftType type) => type.PaddedLength / 4;
}
