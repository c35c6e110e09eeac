using System.CommandLine;
using System.CommandLine.Help;
using Weft.Cli;
using Weft.Cli.Commands;

var root = new RootCommand("The whole Kubernetes network on one machine: run it, test it, see how it works.");
foreach (var command in CommandTable.Of(args))
    root.Subcommands.Add(command);
root.Options.OfType<VersionOption>().ToList().ForEach(version => root.Options.Remove(version));
root.Options.Add(new Option<bool>("--version") { Description = "Print version and commit.", Action = new VersionAction() });
var help = root.Options.OfType<HelpOption>().Single();
help.Action = new BriefHelp((HelpAction)help.Action!);
return await CommandEdge.InvokeAsync(root, args);
