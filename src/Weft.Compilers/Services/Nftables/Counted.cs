using System.Runtime.InteropServices;
using Weft.Model;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Addresses that several ports may need: an element comes with the first and goes with the last.</summary>
internal sealed class Counted
{
    private readonly Dictionary<IpAddress, int> _counts = [];
    private readonly Dictionary<IpAddress, int> _planned = [];

    /// <summary>All of them.</summary>
    public IEnumerable<IpAddress> Addresses => _counts.Keys;

    /// <summary>Notes one use more, or less, until <see cref="Commit"/>.</summary>
    public void Plan(IpAddress address, int change) => CollectionsMarshal.GetValueRefOrAddDefault(_planned, address, out _) += change;

    /// <summary>What comes and goes by what was noted.</summary>
    public IEnumerable<(IpAddress Address, bool Come)> Changes()
    {
        foreach (var (address, change) in _planned)
        {
            var before = _counts.GetValueOrDefault(address);
            if (before > 0 != before + change > 0)
                yield return (address, before == 0);
        }
    }

    /// <summary>Makes what was noted the truth.</summary>
    public void Commit()
    {
        foreach (var (address, change) in _planned)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, address, out _);
            count += change;
            if (count <= 0)
                _counts.Remove(address);
        }

        _planned.Clear();
    }

    /// <summary>Forgets what was noted.</summary>
    public void Discard() => _planned.Clear();
}
