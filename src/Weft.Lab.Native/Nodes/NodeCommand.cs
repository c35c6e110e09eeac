using Weft.Lab.Native.Init;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Nodes;

/// <summary>
/// <c>weft-pod node NAME PLUGINS [KEPT-FOLDER…]</c>: PID 1 of a node, in net, mount, pid and uts namespaces of its own. It says
/// <c>ready</c> on stdout when the file system stands, or one line about what is in the way; and ends on SIGTERM with everything that runs on the node.
/// </summary>
internal static class NodeCommand
{
    private const int CannotStart = 1;

    /// <summary>Runs the verb.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length < 2)
        {
            Console.Error.WriteLine("usage: weft-pod node NAME PLUGINS [KEPT-FOLDER…]");
            return 2;
        }

        try
        {
            NamespaceCalls.SetHostName(arguments[0]);
            NodeRoot.Build(plugins: arguments[1], kept: arguments[2..].ToArray());
        }
        catch (Exception e) when (e is NetlinkException or IOException or UnauthorizedAccessException)
        {
            Console.Out.WriteLine(e.Message);
            return CannotStart;
        }

        Console.Out.WriteLine("ready");
        return InitCommand.Wait();
    }
}
