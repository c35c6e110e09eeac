using System.CommandLine;
using Weft.Cli.Rendering;
using Weft.Compilers.Dns;
using Weft.Compilers.Policies;
using Weft.Compilers.Rendering;
using Weft.Compilers.Services;
using Weft.Model.Dns;

namespace Weft.Cli.Commands;

/// <summary><c>weft render</c>: compiles manifests offline and prints what would be programmed.</summary>
internal static class RenderCommand
{
    public static Command Create() => new("render", "Compile manifests offline and print what a node would be programmed with; needs no lab and no privileges."
        .WithExample("weft render services -f examples/services --target nftables", "weft render routes -f examples/hello --node node2", "weft render policies -f examples/seed", "weft render dns -f examples/services"))
    {
        Services(),
        Routes(),
        Policies(),
        Dns(),
    };

    private static Command Services()
    {
        var (files, node, quiet) = Common();
        var target = new Option<string>("--target") { Description = $"What to compile for: {string.Join(", ", RenderedServices.Targets)}.", DefaultValueFactory = _ => RenderedServices.Targets[0], HelpName = "TARGET" };
        target.AcceptOnlyFromAmong(RenderedServices.Targets);
        var command = new Command("services", "Print what would balance the Services of the manifests on a node."
            .WithExample("weft render services -f examples/services", "weft render services -f web.yaml --node node2 --target iptables"))
        {
            files, node, target, quiet,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var cluster = await ManifestCluster.ReadAsync(parsed.GetValue(files)!, parsed.GetValue(quiet), ct);
            var name = ManifestCluster.NodeOf(cluster.Objects, parsed.GetValue(node));
            var (table, problems) = ServiceCompiler.CompileOnce(cluster.Objects, name);
            ManifestCluster.Print(problems);
            Console.Write(RenderedServices.Of(parsed.GetValue(target)!, table, name, ManifestCluster.AddressesOf(cluster.Objects, name)));
            return 0;
        });
        return command;
    }

    private static Command Routes()
    {
        var (files, node, quiet) = Common();
        var command = new Command("routes", "Print the settings, routes and masquerade that pods of a node would get."
            .WithExample("weft render routes -f examples/hello", "weft render routes -f nodes.yaml --node worker-1"))
        {
            files, node, quiet,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var cluster = await ManifestCluster.ReadAsync(parsed.GetValue(files)!, parsed.GetValue(quiet), ct);
            var (state, problems) = RenderedRoutes.Compile(cluster.Objects, ManifestCluster.NodeOf(cluster.Objects, parsed.GetValue(node)));
            ManifestCluster.Print(problems);
            Console.Write(RenderedRoutes.Of(state));
            return 0;
        });
        return command;
    }

    private static Command Policies()
    {
        var (files, node, quiet) = Common();
        var target = new Option<string>("--target") { Description = $"How to print them: {string.Join(", ", RenderedPolicies.Targets)}.", DefaultValueFactory = _ => RenderedPolicies.Targets[0], HelpName = "TARGET" };
        target.AcceptOnlyFromAmong(RenderedPolicies.Targets);
        var command = new Command("policies", "Print what a node would enforce of network policies: in plain words, or as it would be programmed."
            .WithExample("weft render policies -f examples/seed", "weft render policies -f policies.yaml --node node2 --target nftables"))
        {
            files, node, target, quiet,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var cluster = await ManifestCluster.ReadAsync(parsed.GetValue(files)!, parsed.GetValue(quiet), ct);
            var (table, problems) = PolicyCompiler.CompileOnce(cluster.Objects, ManifestCluster.NodeOf(cluster.Objects, parsed.GetValue(node)));
            ManifestCluster.Print(problems);
            Console.Write(RenderedPolicies.Of(parsed.GetValue(target)!, table));
            return 0;
        });
        return command;
    }

    private static Command Dns()
    {
        var files = ManifestCluster.Files();
        files.Required = true;
        var quiet = ManifestCluster.Quiet();
        var domain = new Option<string>("--cluster-domain") { Description = "The cluster's domain.", DefaultValueFactory = _ => "cluster.local", HelpName = "DOMAIN" };
        var command = new Command("dns", "Print the records of the cluster's zone, as a zone file has them: what every node answers."
            .WithExample("weft render dns -f examples/services", "weft render dns -f services.yaml --cluster-domain corp.example"))
        {
            files, domain, quiet,
        };
        command.SetAction(async (parsed, ct) =>
        {
            if (!DnsName.TryParse(parsed.GetValue(domain)!, out var origin, out var problem))
                throw new UsageException($"--cluster-domain: {problem}");
            var cluster = await ManifestCluster.ReadAsync(parsed.GetValue(files)!, parsed.GetValue(quiet), ct);
            var (table, problems) = DnsCompiler.CompileOnce(cluster.Objects);
            ManifestCluster.Print(problems);
            foreach (var record in new ClusterRecords(origin, ClusterRecords.UsualTtl).Of(table))
                Console.WriteLine(record);
            return 0;
        });
        return command;
    }

    private static (Option<string[]> Files, Option<string?> Node, Option<bool> Quiet) Common()
    {
        var files = ManifestCluster.Files();
        files.Required = true;
        return (files, new Option<string?>("--node") { Description = "The node; the first by name unless given.", HelpName = "NODE" }, ManifestCluster.Quiet());
    }
}
