using System.Globalization;

namespace Weft.Netlink.Libc;

/// <summary>Pseudo-terminals: what an interactive exec needs.</summary>
public static unsafe class Terminals
{
    // asm-generic/ioctls.h
    private const nuint SetWindowSize = 0x5414;
    private const nuint GetWindowSize = 0x5413;
    private const nuint GetNumber = 0x80045430;
    private const nuint SetLock = 0x40045431;
    private const nuint GetPeer = 0x5441;

    /// <summary>Opens a pair of which both ends are closed on exec.</summary>
    /// <param name="multiplexer">The multiplexer of the devpts instance to use; another mount's lies in its <c>pts/ptmx</c>.</param>
    /// <returns>The controlling end, the end for the program, and the number N of the latter's path <c>/dev/pts/N</c>.</returns>
    /// <exception cref="NetlinkException">ENOENT: no devpts is mounted there.</exception>
    public static (SafeFd Controller, SafeFd Terminal, int Number) OpenPair(string multiplexer = "/dev/ptmx")
    {
        const int Flags = Interop.OpenReadWrite | Interop.OpenNoCtty | Interop.OpenCloexec;
        var controller = SafeFd.Own(Interop.Open(multiplexer, Flags, 0), $"open {multiplexer}");
        var unlocked = 0;
        var number = 0;
        if (Interop.Ioctl(controller.Value, SetLock, &unlocked) < 0 || Interop.Ioctl(controller.Value, GetNumber, &number) < 0)
            NetlinkException.ThrowLast("unlock a pseudo-terminal");
        var terminal = SafeFd.Own(
            Interop.Ioctl(controller.Value, GetPeer, (void*)Flags),
            string.Create(CultureInfo.InvariantCulture, $"open pseudo-terminal {number}"));
        return (controller, terminal, number);
    }

    /// <summary>Tells the terminal its size; its programs get SIGWINCH.</summary>
    public static void Resize(int fd, int columns, int rows)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        if (Interop.Ioctl(fd, SetWindowSize, size) < 0)
            NetlinkException.ThrowLast("resize a terminal");
    }

    /// <summary>The terminal's size; null when the descriptor is no terminal.</summary>
    public static (int Columns, int Rows)? Size(int fd)
    {
        var size = stackalloc ushort[4];
        return Interop.Ioctl(fd, GetWindowSize, size) < 0 ? null : (size[1], size[0]);
    }
}
