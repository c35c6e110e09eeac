using Weft.Model;

namespace Weft.Compilers.Policies;

/// <summary>Blocks in use, cut at every boundary of one of them: the longest piece that holds an address says which blocks hold it.</summary>
internal sealed class BlockIndex
{
    private readonly Dictionary<IpPrefix, BlockPiece> _pieces = [];
    private readonly int[] _lengths4;
    private readonly int[] _lengths6;

    public BlockIndex(IEnumerable<BlockTerm> blocks)
    {
        var starts = new Dictionary<IpPrefix, List<BlockTerm>>();
        var holes = new Dictionary<IpPrefix, List<BlockTerm>>();
        foreach (var block in blocks)
        {
            ListOf(starts, block.Range).Add(block);
            foreach (var hole in block.Except)
                ListOf(holes, hole).Add(block);
        }

        Cut(starts, holes);
        _lengths4 = Lengths(v6: false);
        _lengths6 = Lengths(v6: true);
    }

    public static BlockIndex Empty { get; } = new([]);

    public IReadOnlyCollection<BlockPiece> Pieces => _pieces.Values;

    /// <summary>The longest piece that holds an address; null when none does.</summary>
    /// <param name="address">The address.</param>
    /// <param name="shorterThan">Only pieces of fewer bits.</param>
    public BlockPiece? Find(IpAddress address, int shorterThan = int.MaxValue)
    {
        foreach (var length in address.IsV6 ? _lengths6 : _lengths4)
        {
            if (length < shorterThan && _pieces.TryGetValue(new IpPrefix(address, length), out var piece))
                return piece;
        }

        return null;
    }

    /// <summary>In order, so that a piece comes behind those in which it lies.</summary>
    private void Cut(Dictionary<IpPrefix, List<BlockTerm>> starts, Dictionary<IpPrefix, List<BlockTerm>> holes)
    {
        var outer = new Stack<BlockPiece>();
        foreach (var range in starts.Keys.Union(holes.Keys).Order())
        {
            while (outer.TryPeek(out var last) && !last.Range.Contains(range))
                outer.Pop();
            var parent = outer.TryPeek(out var around) ? around : null;
            var blocks = new HashSet<BlockTerm>(parent?.Blocks ?? []);
            blocks.ExceptWith(holes.GetValueOrDefault(range) ?? []);
            blocks.UnionWith(starts.GetValueOrDefault(range) ?? []);
            var piece = new BlockPiece(range, [.. blocks]);
            _pieces.Add(range, piece);
            outer.Push(piece);
        }
    }

    private int[] Lengths(bool v6) => [.. _pieces.Keys.Where(range => range.IsV6 == v6).Select(range => range.Length).Distinct().OrderDescending()];

    private static List<BlockTerm> ListOf(Dictionary<IpPrefix, List<BlockTerm>> lists, IpPrefix range) =>
        lists.TryGetValue(range, out var list) ? list : lists[range] = [];
}

/// <summary>Addresses that the same blocks hold, unless a longer piece has them.</summary>
/// <param name="Range">The addresses.</param>
/// <param name="Blocks">Blocks that hold them; none where all that do make an exception of them.</param>
internal sealed record BlockPiece(IpPrefix Range, BlockTerm[] Blocks);
