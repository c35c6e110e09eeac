using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary><c>weft-pod keep-identity PROGRAM…</c>: becomes a program for which giving up root succeeds without effect.</summary>
internal static class KeepIdentityCommand
{
    /// <summary>Runs the verb; returns only when the program cannot be started.</summary>
    public static int Run(string[] command)
    {
        try
        {
            var environment = Processes.Environment();
            var path = ProgramPath.Find(command.Length > 0 ? command[0] : "", environment);
            KeptIdentity.KeepWhereItCannotChange();
            Processes.Execute(path, command, environment);
            return 0;
        }
        catch (ProgramException e)
        {
            Console.Error.WriteLine(e.Message);
            return e.ExitCode;
        }
        catch (NetlinkException e)
        {
            Console.Error.WriteLine(e.Message);
            return ProgramException.NotExecutable;
        }
    }
}
