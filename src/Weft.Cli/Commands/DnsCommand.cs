using System.CommandLine;
using Weft.Lab;

namespace Weft.Cli.Commands;

/// <summary><c>weft dns</c>: what cluster DNS answers.</summary>
internal static class DnsCommand
{
    public static Command Create() => new("dns", "Look at what cluster DNS answers."
        .WithExample("weft dns query web.default.svc.cluster.local", "weft dns query cache.shop --from default/client", "weft dns top"))
    {
        DnsQueryCommand.Create(),
        DnsTopCommand.Create(),
    };

    /// <summary>Runs a command whose exit code 1 says something about names.</summary>
    /// <exception cref="UsageException">The lab or its agent does not answer, or not to this: nothing is known.</exception>
    public static async Task<int> AskAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (LabException error)
        {
            throw new UsageException(error.Message);
        }
    }
}
