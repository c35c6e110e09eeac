using System.Collections.Concurrent;
using Weft.Model;

namespace Weft.Node.Dns;

/// <summary>What each holder of an address says of it. A change costs what changed, and readers wait for nobody.</summary>
/// <remarks>One writer at a time.</remarks>
internal sealed class HeldAddresses<T>
{
    private readonly ConcurrentDictionary<IpAddress, T[]> _held = new();

    /// <summary>What the holders of an address say, once for each of them; empty when nobody has it.</summary>
    public ReadOnlySpan<T> Of(IpAddress address) => _held.TryGetValue(address, out var held) ? held : [];

    /// <summary>Notes one more holder.</summary>
    public void Add(EquatableArray<IpAddress> addresses, T said)
    {
        foreach (var address in addresses)
            _held[address] = [.. Of(address), said];
    }

    /// <summary>Takes out one holder who said that.</summary>
    public void Remove(EquatableArray<IpAddress> addresses, T said)
    {
        foreach (var address in addresses)
        {
            var left = Of(address).ToArray().ToList();
            left.Remove(said);
            if (left.Count > 0)
                _held[address] = [.. left];
            else
                _held.TryRemove(address, out _);
        }
    }
}
