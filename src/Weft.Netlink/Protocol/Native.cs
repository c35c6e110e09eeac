using System.Runtime.InteropServices;

namespace Weft.Netlink.Protocol;

/// <summary>Integers in the byte order of the host, unaligned.</summary>
internal static class Native
{
    public static ushort ReadUInt16(ReadOnlySpan<byte> source) => MemoryMarshal.Read<ushort>(source);

    public static uint ReadUInt32(ReadOnlySpan<byte> source) => MemoryMarshal.Read<uint>(source);

    public static int ReadInt32(ReadOnlySpan<byte> source) => MemoryMarshal.Read<int>(source);

    public static ulong ReadUInt64(ReadOnlySpan<byte> source) => MemoryMarshal.Read<ulong>(source);

    public static void WriteUInt16(Span<byte> destination, ushort value) => MemoryMarshal.Write(destination, value);

    public static void WriteUInt32(Span<byte> destination, uint value) => MemoryMarshal.Write(destination, value);

    public static void WriteInt32(Span<byte> destination, int value) => MemoryMarshal.Write(destination, value);

    public static void WriteUInt64(Span<byte> destination, ulong value) => MemoryMarshal.Write(destination, value);
}
