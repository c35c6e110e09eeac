using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Hands out blocks of equal size from a range, never one that overlaps a taken one: the lowest free block first.</summary>
/// <remarks>Holds nothing beyond what it was told: after a restart the taken blocks are those that nodes have.</remarks>
internal sealed class PodCidrAllocator
{
    private readonly List<IpPrefix> _taken = [];
    private UInt128 _next;

    /// <summary>An allocator for <paramref name="range"/>.</summary>
    /// <param name="range">The cluster's range.</param>
    /// <param name="blockLength">Prefix length of each block; one shorter than the range's leaves no block at all.</param>
    /// <param name="taken">Blocks that exist or are not to be used, of any size and family.</param>
    public PodCidrAllocator(IpPrefix range, int blockLength, IEnumerable<IpPrefix> taken)
    {
        (Range, BlockLength) = (range, blockLength);
        foreach (var block in taken)
            Take(block);
    }

    public IpPrefix Range { get; }

    public int BlockLength { get; }

    /// <summary>How many blocks the range has.</summary>
    public UInt128 Blocks => BlockLength < Range.Length ? 0 : UInt128.One << Math.Min(127, BlockLength - Range.Length);

    /// <summary>Marks a block as taken.</summary>
    public void Take(IpPrefix block)
    {
        if (block.Overlaps(Range))
            _taken.Add(block);
    }

    /// <summary>Takes the lowest free block.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryAllocate(out IpPrefix block)
    {
        block = default;
        while (_next < Blocks)
        {
            var candidate = Range.Subnet(BlockLength, _next);
            var obstacle = _taken.FindIndex(taken => taken.Overlaps(candidate));
            if (obstacle < 0)
            {
                block = candidate;
                _next++;
                return true;
            }

            _next = After(_taken[obstacle]);
        }

        return false;
    }

    /// <summary>The first block beyond an obstacle.</summary>
    private UInt128 After(IpPrefix obstacle)
    {
        var last = obstacle.Last > Range.Last ? Range.Last : obstacle.Last;
        return ((last.Bits - Range.Network.Bits) >> (Range.Network.BitLength - BlockLength)) + 1;
    }
}
