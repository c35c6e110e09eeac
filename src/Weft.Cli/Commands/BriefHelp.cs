using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Weft.Cli.Commands;

/// <summary>Help that lists other verbs by the first line of their description; their examples stand in their own help.</summary>
internal sealed class BriefHelp(HelpAction inner) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        foreach (var verb in parseResult.CommandResult.Command.Subcommands)
            verb.Description = verb.Description?.Split('\n')[0];
        return inner.Invoke(parseResult);
    }
}
