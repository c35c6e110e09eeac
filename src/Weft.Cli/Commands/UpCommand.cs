using System.CommandLine;
using Weft.Cli.Up;

namespace Weft.Cli.Commands;

/// <summary><c>weft up</c>: from manifests to packets between pods.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var options = new UpOptions();
        var command = new Command("up", "Start the lab, apply the manifests, wait until every pod is Ready. Run it again: it changes what differs."
            .WithExample("weft up examples/hello", "weft up --nodes 3 --cni bridge --publish 8080:deployment/web app.yaml"));
        options.AddTo(command);
        command.SetAction((parsed, ct) => UpRun.RunAsync(options.Read(parsed), ct));
        return command;
    }
}
