using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>Lets programs that give up root believe that they did, where there is only one user to be.</summary>
/// <remarks>
/// A user namespace that an ordinary user made maps one id and forbids setgroups(2), so servers and tools that change to a user of their
/// own (tcpdump, nginx) fail. A seccomp filter answers their calls with success and changes nothing; every other call passes.
/// Source: seccomp(2), linux/seccomp.h, linux/filter.h.
/// <code>
/// struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; }   struct sock_fprog { unsigned short len; struct sock_filter *filter; }
/// struct seccomp_data { int nr; __u32 arch; … }
/// </code>
/// </remarks>
public static unsafe class KeptIdentity
{
    private const int PrSetSeccomp = 22;
    private const int ModeFilter = 2;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7FFF0000;
    private const uint SucceedWithoutEffect = 0x00050000;
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;

    // AUDIT_ARCH_*; setuid, setgid, setreuid, setregid, setgroups, setresuid, setresgid, chown, fchown, lchown, fchownat.
    private static readonly (uint Architecture, uint[] Calls) X64 = (0xC000003E, [105, 106, 113, 114, 116, 117, 119, 92, 93, 94, 260]);
    private static readonly (uint Architecture, uint[] Calls) Arm64 = (0xC00000B7, [146, 144, 145, 143, 159, 147, 149, 55, 54]);

    /// <summary>Puts the filter on this thread and all that it starts, where setgroups is forbidden; elsewhere identities are real and stay so.</summary>
    /// <returns>Whether the filter is in place.</returns>
    public static bool KeepWhereItCannotChange()
    {
        if (!IsAlone() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
            return false;
        var (architecture, calls) = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? X64 : Arm64;
        var filter = Filter(architecture, calls);
        fixed (ulong* instructions = filter)
        {
            var program = stackalloc nuint[2];
            program[0] = (nuint)filter.Length;
            program[1] = (nuint)instructions;
            return Interop.ProcessControl(PrSetSeccomp, ModeFilter, (nuint)program, 0, 0) == 0;
        }
    }

    private static bool IsAlone()
    {
        try
        {
            return File.ReadAllText("/proc/self/setgroups").Trim() == "deny";
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static ulong[] Filter(uint architecture, uint[] calls)
    {
        var filter = new ulong[calls.Length + 5];
        filter[0] = Instruction(LoadWord, 0, 0, ArchitectureOffset);
        filter[1] = Instruction(JumpIfEqual, 0, (byte)(calls.Length + 1), architecture);
        filter[2] = Instruction(LoadWord, 0, 0, NumberOffset);
        for (var i = 0; i < calls.Length; i++)
            filter[3 + i] = Instruction(JumpIfEqual, (byte)(calls.Length - i), 0, calls[i]);
        filter[^2] = Instruction(Return, 0, 0, Allow);
        filter[^1] = Instruction(Return, 0, 0, SucceedWithoutEffect);
        return filter;
    }

    // Little-endian, as both architectures are: code, jt, jf, k in this order.
    private static ulong Instruction(ushort code, byte ifTrue, byte ifFalse, uint value) =>
        code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)value << 32);
}
