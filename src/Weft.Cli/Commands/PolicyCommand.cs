using System.CommandLine;
using System.Text.Json.Nodes;
using Weft.Cli.Policies;
using Weft.Cli.Rendering;
using Weft.Cli.Up;
using Weft.Compilers.Policies;
using Weft.Model;

namespace Weft.Cli.Commands;

/// <summary><c>weft policy</c>: network policies before they are shipped.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "Test, explain and compare network policies, and see what they deny."
        .WithExample("weft policy test examples/policies examples/policies/tests", "weft policy explain db -f examples/policies", "weft policy lint -f examples/seed"))
    {
        PolicyTestCommand.Create(),
        PolicyDiffCommand.Create(),
        PolicyExplainCommand.Create(),
        Lint(),
        PolicyLogCommand.Create(),
        PolicyAuditCommand.Create(),
    };

    private static Command Lint()
    {
        var (files, quiet, output) = (ManifestCluster.Files(), ManifestCluster.Quiet(), LabOptions.Output("text", "json"));
        files.Required = true;
        var command = new Command("lint", "Find policies that select nothing, rules that never decide, ports that no pod serves, namespaces without a default deny. Exit code 1 when anything is found."
            .WithExample("weft policy lint -f examples/seed", "weft policy lint -f policies.yaml -f pods.yaml -o json"))
        {
            files, quiet, output,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var manifests = await ManifestSources.ReadAsync(parsed.GetValue(files)!, ct);
            var cluster = ManifestCluster.Read(manifests, parsed.GetValue(quiet));
            EquatableArray<Problem> findings = [.. manifests.SelectMany(PolicyAdmission.Problems), .. PolicyLint.Of(cluster.Objects.Policies, cluster.Pods)];
            Console.Write(parsed.GetValue(output) == "json" ? Json(findings).ToJsonString() + "\n" : Text(findings));
            return findings.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static string Text(EquatableArray<Problem> findings) =>
        findings.Count == 0 ? "nothing found\n" : string.Concat(findings.Select(finding => $"{finding}\n"));

    private static JsonObject Json(EquatableArray<Problem> findings) => new()
    {
        ["findings"] = new JsonArray([.. findings.Select(finding => new JsonObject
        {
            ["object"] = finding.Object,
            ["reason"] = finding.Reason,
            ["message"] = finding.Message,
        })]),
    };
}
