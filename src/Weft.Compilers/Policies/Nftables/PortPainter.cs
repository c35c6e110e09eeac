namespace Weft.Compilers.Policies.Nftables;

/// <summary>The ports of one protocol, in pieces that no rule tells apart; each piece keeps the first decision that it gets.</summary>
/// <remarks>Every piece is visited once per tier, whatever the number of rules: what is decided is skipped by a chain of pointers.</remarks>
internal sealed class PortPainter
{
    /// <summary>No decision yet.</summary>
    public const int Open = int.MinValue;

    private readonly int[] _first;
    private readonly int[] _decision;
    private readonly int[] _next;

    /// <param name="boundaries">Ports at which a piece begins, in any order; 0 always does.</param>
    public PortPainter(IEnumerable<int> boundaries)
    {
        _first = [.. boundaries.Append(0).Where(port => port <= ushort.MaxValue).Distinct().Order()];
        _decision = new int[_first.Length];
        Array.Fill(_decision, Open);
        _next = new int[_first.Length + 1];
        BeginTier();
    }

    /// <summary>What passed the last tier is asked again.</summary>
    public void BeginTier()
    {
        _next[^1] = _decision.Length;
        for (var piece = 0; piece < _decision.Length; piece++)
            _next[piece] = _decision[piece] == Open ? piece : piece + 1;
    }

    /// <summary>Gives a range of ports a decision where the tier has none yet; null leaves them to the next tier.</summary>
    public void Paint(int first, int last, int? decision)
    {
        var piece = Array.BinarySearch(_first, first);
        for (piece = Skip(piece < 0 ? ~piece : piece); piece < _decision.Length && _first[piece] <= last; piece = Skip(piece))
        {
            _decision[piece] = decision ?? Open;
            _next[piece] = piece + 1;
        }
    }

    /// <summary>Gives everything that is still open a decision.</summary>
    public void Fill(int decision)
    {
        BeginTier();
        Paint(0, ushort.MaxValue, decision);
    }

    /// <summary>All ports in order; neighbours with the same decision are one range.</summary>
    public List<PortRange> Ranges()
    {
        var ranges = new List<PortRange>();
        for (var piece = 0; piece < _first.Length; piece++)
        {
            var last = piece + 1 < _first.Length ? _first[piece + 1] - 1 : ushort.MaxValue;
            if (ranges.Count > 0 && ranges[^1].Decision == _decision[piece])
                ranges[^1] = ranges[^1] with { Last = last };
            else
                ranges.Add(new PortRange(_first[piece], last, _decision[piece]));
        }

        return ranges;
    }

    private int Skip(int piece)
    {
        while (_next[piece] != piece)
        {
            _next[piece] = _next[_next[piece]];
            piece = _next[piece];
        }

        return piece;
    }
}

/// <summary>Ports with the same decision.</summary>
/// <param name="First">First port.</param>
/// <param name="Last">Last port.</param>
/// <param name="Decision">Index of a rule, or one of the defaults of <see cref="ClassRules"/>.</param>
internal readonly record struct PortRange(int First, int Last, int Decision)
{
    /// <summary>Number of ports.</summary>
    public int Count => Last - First + 1;
}
