using System.CommandLine;
using Weft.Cli.Commands;
using Weft.Compilers.Tracing;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Netlink;

namespace Weft.Cli;

/// <summary>The edge of the program: parses, runs, and turns what went wrong into a line for people and an exit code.</summary>
/// <remarks>0 done, 1 failed or the answer is no, 2 wrong usage, 130 interrupted (128 + SIGINT).</remarks>
internal static class CommandEdge
{
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int Interrupted = 130;

    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not (BriefHelp or VersionAction))
        {
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine($"error: {error.Message}");
            Console.Error.WriteLine($"See `{CommandPath(parsed.CommandResult.Command)} --help`.");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
            });
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            return WrongUsage;
        }
        catch (Exception e) when (e is LabException or KubeApiException or NetlinkException or ManifestException or KubeConfigException or TraceException)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            return Failed;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
    }

    private static string CommandPath(Command command)
    {
        var names = new List<string>();
        for (var at = command; at is not null and not RootCommand; at = at.Parents.OfType<Command>().FirstOrDefault())
            names.Insert(0, at.Name);
        return string.Join(' ', names.Prepend("weft"));
    }
}

/// <summary>The command line asks for what cannot be meant.</summary>
internal sealed class UsageException(string message) : Exception(message);
