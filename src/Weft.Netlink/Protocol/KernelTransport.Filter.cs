using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Protocol;

/// <summary>A program of the classic packet filter that the kernel runs on every notification before it is queued.</summary>
/// <remarks>
/// <code>
/// struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; }   // linux/filter.h; loads are big-endian
/// struct nlmsghdr    { __u32 len; __u16 type; __u16 flags; __u32 seq; __u32 pid; }
/// </code>
/// </remarks>
internal sealed unsafe partial class KernelTransport
{
    private const int SoAttachFilter = 26;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;
    private const int SenderOffset = 12;

    /// <summary>Has the kernel leave out notifications of what this port did.</summary>
    public void IgnoreSender(uint port)
    {
        var program = stackalloc Instruction[]
        {
            new() { Code = LoadWord, Value = SenderOffset },
            new() { Code = JumpIfEqual, IfTrue = 1, Value = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port },
            new() { Code = Return, Value = uint.MaxValue },
            new() { Code = Return, Value = 0 },
        };
        var filter = new Program { Length = 4, Instructions = program };
        if (Interop.SetSockOpt(Fd, Interop.SolSocket, SoAttachFilter, &filter, (uint)sizeof(Program)) < 0)
            NetlinkException.ThrowLast("filter notifications");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        public ushort Code;
        public byte IfTrue;
        public byte IfFalse;
        public uint Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
