using System.Text;
using Weft.Model;

namespace Weft.Compilers.Announcing;

/// <summary>Chooses one of several names for an address, the same everywhere, with nobody asked (highest random weight, Thaler and Ravishankar 1998).</summary>
/// <remarks>
/// When a name goes, only the addresses that it had go elsewhere, evenly over the others; when it comes back it gets just those again. A hash modulo the
/// number of names would move nearly all.
/// </remarks>
public static class Rendezvous
{
    /// <summary>The choice; null without names.</summary>
    public static string? Choose(IpAddress address, IEnumerable<string> names)
    {
        string? best = null;
        ulong most = 0;
        foreach (var name in names)
        {
            var weight = Weight(address, name);
            if (best is null || weight > most || (weight == most && string.CompareOrdinal(name, best) < 0))
                (best, most) = (name, weight);
        }

        return best;
    }

    // FNV-1a of 64 bits over name and address, and the finalizer of MurmurHash3: FNV alone leaves similar names close together.
    private static ulong Weight(IpAddress address, string name)
    {
        var hash = 0xcbf29ce484222325UL;
        foreach (var part in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ part) * 0x100000001b3UL;
        Span<byte> bytes = stackalloc byte[16];
        address.Write(bytes);
        foreach (var part in bytes[..address.ByteLength])
            hash = (hash ^ part) * 0x100000001b3UL;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }
}
