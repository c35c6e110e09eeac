using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Reads a rule back: runs the kernel's expressions over symbolic registers and collects the statements they amount to.</summary>
/// <remarks>What it does not understand becomes <see cref="NftUnknown"/>; it never fails on somebody else's rule.</remarks>
internal sealed class NftRuleProgram(NftFamily family, IReadOnlyDictionary<string, NftSet> sets)
{
    private readonly List<NftStatement> _statements = [];
    private NftProtocols _protocols = new(family);
    private int _top;
    private int _kept;

    internal NftRegisters Registers { get; } = new();

    internal NftProtocols Protocols => _protocols;

    internal EquatableArray<NftStatement> Statements => [.. _statements];

    internal NftSet? FindSet(string? name) => name is null ? null : sets.GetValueOrDefault(name);

    internal void Run(AttributeReader list)
    {
        while (list.MoveNext())
        {
            if (list.Type == Nfta.ListElement)
                Step(list.Nested());
        }
    }

    internal void Emit(NftStatement statement)
    {
        _statements.Add(statement);
        _protocols.Observe(statement);
        _top = 0;
    }

    /// <summary>Puts a value into registers. Behind a gap it is one that the rule keeps, see <see cref="NftRuleEncoder"/>.</summary>
    internal void Store(int register, NftExpression value)
    {
        var words = value.Type.PaddedLength / 4;
        if (register > _top)
        {
            Registers.Store(register, new NftVariable(_kept, value.Type), words);
            Emit(new NftLet(_kept++, value));
            return;
        }

        Registers.Store(register, value, words);
        _top = register + words;
    }

    private void Step(AttributeReader expression)
    {
        var name = "";
        ReadOnlySpan<byte> content = [];
        while (expression.MoveNext())
        {
            if (expression.Type == Nfta.ExpressionName)
                name = expression.Text();
            else if (expression.Type == Nfta.ExpressionData)
                content = expression.Value;
        }

        // The first wrong attribute makes the expression unknown; it does not make the whole answer unreadable.
        var error = default(DecodeError);
        var attributes = new AttributeReader(content, ref error);
        var known = name switch
        {
            "meta" or "payload" or "ct" or "fib" or "numgen" or "bitwise" or "immediate" => NftLoadDecoder.Decode(this, name, ref attributes),
            "cmp" or "range" or "lookup" => NftTestDecoder.Decode(this, name, ref attributes),
            "nat" or "masq" or "redir" or "tproxy" => NftNatDecoder.Decode(this, name, ref attributes),
            _ => NftEffectDecoder.Decode(this, name, ref attributes),
        };
        if (!known || error.Any)
            Emit(new NftUnknown(name, new NftBlob(content)));
    }
}
