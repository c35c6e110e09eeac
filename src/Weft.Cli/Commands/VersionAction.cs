using System.CommandLine;
using System.CommandLine.Invocation;
using Weft.Lab;

namespace Weft.Cli.Commands;

/// <summary><c>weft --version</c>: version and commit.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        Console.WriteLine($"weft {Installation.Version}");
        return 0;
    }
}
