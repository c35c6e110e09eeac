using System.Runtime.InteropServices;
using Weft.Model;

namespace Weft.Netlink.LinkLayer;

/// <summary>Programs of the classic packet filter (linux/filter.h) that let pass what concerns given addresses, and nothing else of a busy link.</summary>
internal static class PacketFilter
{
    // BPF_LD|BPF_W|BPF_ABS, BPF_LD|BPF_B|BPF_ABS, BPF_ALU|BPF_AND|BPF_K, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K
    private const ushort LoadWord = 0x20;
    private const ushort LoadByte = 0x30;
    private const ushort And = 0x54;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;
    private const uint Whole = uint.MaxValue;

    // BPF_MAXINSNS is 4096, and a block of IPv6 takes 13 of them.
    private const int MostBlocks = 128;

    /// <summary>ARP from or for addresses of these blocks.</summary>
    public static Instruction[] Arp(IReadOnlyCollection<IpPrefix> blocks)
    {
        var program = new List<Instruction>();
        var ours = blocks.Where(block => !block.IsV6).ToList();
        if (ours.Count > MostBlocks)
            ours = [IpPrefix.AnyV4];
        foreach (var block in ours)
        {
            AddMatch(program, block, ArpPacket.TargetIpOffset);
            AddMatch(program, block, ArpPacket.SenderIpOffset);
        }

        program.Add(new Instruction(Return, 0));
        return [.. program];
    }

    /// <summary>Neighbour solicitations and advertisements whose target is in these blocks.</summary>
    public static Instruction[] NeighbourDiscovery(IReadOnlyCollection<IpPrefix> blocks)
    {
        var program = new List<Instruction>
        {
            new(LoadByte, NeighbourMessage.NextHeaderOffset),
            new(JumpIfEqual, NeighbourMessage.IcmpV6, IfTrue: 1),
            new(Return, 0),
            new(LoadByte, NeighbourMessage.IcmpOffset),
            new(JumpIfEqual, (uint)NeighbourMessageType.Solicitation, IfTrue: 2),
            new(JumpIfEqual, (uint)NeighbourMessageType.Advertisement, IfTrue: 1),
            new(Return, 0),
        };
        var ours = blocks.Where(block => block.IsV6).ToList();
        if (ours.Count > MostBlocks)
            ours = [IpPrefix.AnyV6];
        foreach (var block in ours)
            AddMatch(program, block, NeighbourMessage.TargetOffset);
        program.Add(new Instruction(Return, 0));
        return [.. program];
    }

    /// <summary>Lets the packet pass when the address at <paramref name="offset"/> is in the block; else goes on behind.</summary>
    private static void AddMatch(List<Instruction> program, IpPrefix block, int offset)
    {
        var words = (block.Length + 31) / 32;
        for (var word = 0; word < words; word++)
        {
            var mask = Whole << Math.Max(0, ((word + 1) * 32) - block.Length);
            var value = (uint)(block.Network.Bits >> (block.Network.BitLength - ((word + 1) * 32)));

            // Three instructions for every word that is left, then the one that lets it pass.
            var behind = (byte)((3 * (words - word - 1)) + 1);
            program.Add(new Instruction(LoadWord, (uint)(offset + (word * 4))));
            program.Add(new Instruction(And, mask));
            program.Add(new Instruction(JumpIfEqual, value & mask, IfFalse: behind));
        }

        program.Add(new Instruction(Return, Whole));
    }

    /// <summary><c>struct sock_filter</c>: jumps count the instructions that are passed over.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value)
    {
        public Instruction(ushort code, uint value, byte IfTrue = 0, byte IfFalse = 0)
            : this(code, IfTrue, IfFalse, value)
        {
        }
    }
}
