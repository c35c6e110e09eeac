using System.Buffers.Binary;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Elements of the large sets. Keys are concatenations: every part begins at a multiple of four bytes.</summary>
internal static class ElementWriter
{
    private const int Word = 4;

    /// <summary>Longest key: IPv6 address, protocol, port; or two addresses.</summary>
    private const int Longest = 40;

    /// <summary><c>address . protocol . port : class and id</c>, or without the address for a node port.</summary>
    public static NftElement Frontend(ProxiedPort port, Frontend frontend, uint value) =>
        new(FrontendKey(frontend.Address, port.Name.Protocol, frontend.Port), Data: NftData.Host32(value), Comment: port.Name.ToString());

    /// <summary><c>address . protocol . port</c>, or without the address for a node port.</summary>
    public static NftData FrontendKey(IpAddress? address, L4Protocol protocol, ushort port)
    {
        Span<byte> key = stackalloc byte[Longest];
        key.Clear();
        var length = address is { } known ? PutAddress(key, known) : 0;
        key[length] = (byte)protocol;
        BinaryPrimitives.WriteUInt16BigEndian(key[(length + Word)..], port);
        return NftData.Raw(key[..(length + (2 * Word))]);
    }

    /// <summary><c>id . slot : address . port</c>, or with a place instead of the slot.</summary>
    public static NftElement Backend(uint id, uint slot, Backend backend)
    {
        Span<byte> data = stackalloc byte[Longest];
        data.Clear();
        var length = PutEndpoint(data, backend);
        return new NftElement(IdAndNumber(id, slot), Data: NftData.Raw(data[..length]));
    }

    /// <summary><c>id . slot : place</c>.</summary>
    public static NftElement Place(uint id, int slot, uint place) => new(IdAndNumber(id, (uint)slot), Data: NftData.Host32(place));

    /// <summary><c>id . first address - id . last address</c>.</summary>
    public static NftElement Source(uint id, IpPrefix range) => new(IdAndAddress(id, range.Network), IdAndAddress(id, range.Last));

    /// <summary><c>address . address</c>.</summary>
    public static NftElement Hairpin(IpAddress address)
    {
        Span<byte> key = stackalloc byte[Longest];
        var length = PutAddress(key, address);
        address.Write(key[length..]);
        return new NftElement(NftData.Raw(key[..(2 * length)]));
    }

    /// <summary><c>address</c>.</summary>
    public static NftElement Address(IpAddress address) => new(NftData.Of(address));

    private static NftData IdAndNumber(uint id, uint number)
    {
        Span<byte> key = stackalloc byte[2 * Word];
        BitConverter.TryWriteBytes(key, id);
        BitConverter.TryWriteBytes(key[Word..], number);
        return NftData.Raw(key);
    }

    private static NftData IdAndAddress(uint id, IpAddress address)
    {
        Span<byte> key = stackalloc byte[Longest];
        BitConverter.TryWriteBytes(key, id);
        return NftData.Raw(key[..(Word + PutAddress(key[Word..], address))]);
    }

    private static int PutEndpoint(Span<byte> bytes, Backend backend)
    {
        var length = PutAddress(bytes, backend.Address);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[length..], backend.Port);
        return length + Word;
    }

    private static int PutAddress(Span<byte> bytes, IpAddress address)
    {
        address.Write(bytes);
        return address.ByteLength;
    }
}
