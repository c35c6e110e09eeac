using System.CommandLine;
using System.Net;
using Weft.ApiServer;
using Weft.Cli.ApiServing;
using Weft.Cli.Up;
using Weft.Model;

namespace Weft.Cli.Commands;

/// <summary><c>weft api-server</c>: the embedded API server by itself.</summary>
internal static class ApiServerCommand
{
    public static Command Create()
    {
        var listen = new Option<string[]>("--listen") { Description = "Address and port; may be repeated. Port 0 takes a free one.", DefaultValueFactory = _ => ["127.0.0.1:6443"], HelpName = "ADDR:PORT" };
        var state = new Option<string?>("--state") { Description = "Folder for the certificate authority, the token, the kubeconfig and the store.", HelpName = "DIR" };
        var memory = new Option<bool>("--ephemeral") { Description = "Keep objects in memory only; without --state, keys too." };
        var services = new Option<string>("--service-cidr") { Description = "Addresses of Services: a range, or one of each family parted by a comma.", DefaultValueFactory = _ => "10.96.0.0/16", HelpName = "CIDR" };
        var ports = new Option<string>("--node-port-range") { Description = "Ports that nodes open for Services.", DefaultValueFactory = _ => NodePortRange.Default.ToString(), HelpName = "FIRST-LAST" };
        var names = new Option<string[]>("--certificate-name") { Description = "Another DNS name or address that clients use; may be repeated.", HelpName = "NAME" };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Write the kubeconfig here instead of into the state folder.", HelpName = "FILE" };
        var certificate = new Option<string?>("--client-certificate")
        {
            Description = "Put a client certificate into the kubeconfig instead of a token: user and groups, parted by commas (default weft-admin,system:masters).",
            HelpName = "USER[,GROUP…]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var balancers = LoadBalancerOption.Create("none, and such Services stay pending");
        var controllers = new Option<bool>("--controllers") { Description = "Run the lab's controllers too: Deployments, EndpointSlices, the scheduler and so on." };
        var grace = LabOptions.NodeMonitorGracePeriod("40s");
        var eviction = LabOptions.PodEvictionTimeout();
        var command = new Command("api-server", "Run the embedded Kubernetes API server by itself, without nodes, until it is stopped."
            .WithExample(
                "weft api-server --state ./state --listen 127.0.0.1:6443",
                "weft api-server --ephemeral --listen 127.0.0.1:0 --kubeconfig ./kubeconfig --client-certificate"))
        {
            listen, state, memory, services, ports, names, kubeconfig, certificate, controllers, balancers, grace, eviction,
        };
        command.SetAction((parsed, ct) =>
        {
            if (parsed.GetValue(state) is null && !parsed.GetValue(memory))
                throw new UsageException("give --state DIR to keep objects and keys, or --ephemeral");
            if (parsed.GetValue(balancers) is not null && !parsed.GetValue(controllers))
                throw new UsageException("--lb-range needs --controllers: it is one of them that gives out addresses");
            var serviceCidrs = Ranges(parsed.GetValue(services)!);
            return new ApiServerRun(new ApiServerRequest
            {
                Listen = [.. parsed.GetValue(listen)!.Select(Endpoint)],
                State = parsed.GetValue(state),
                Ephemeral = parsed.GetValue(memory),
                ServiceCidrs = serviceCidrs,
                LoadBalancerRanges = BalancerRanges(parsed.GetValue(balancers), serviceCidrs),
                NodePorts = NodePortRange.TryParse(parsed.GetValue(ports)!, out var range)
                    ? range
                    : throw new UsageException($"--node-port-range {parsed.GetValue(ports)} is not a range of ports such as {NodePortRange.Default}"),
                CertificateNames = parsed.GetValue(names) ?? [],
                Kubeconfig = parsed.GetValue(kubeconfig),
                ClientIdentity = parsed.GetResult(certificate) is null ? [] : Identity(parsed.GetValue(certificate) ?? "weft-admin,system:masters"),
                Controllers = parsed.GetValue(controllers),
                NodeMonitorGracePeriod = Durations.ParseFromOneSecond(grace.Name, parsed.GetValue(grace)!),
                PodEvictionTimeout = Durations.Parse(eviction.Name, parsed.GetValue(eviction)!),
            }).RunAsync(ct);
        });
        return command;
    }

    private static IPEndPoint Endpoint(string text)
    {
        // Without a port, TryParse takes the whole text for an address and the port for 0.
        var hasPort = text.StartsWith('[') ? text.Contains("]:", StringComparison.Ordinal) : text.Count(c => c == ':') == 1;
        return hasPort && IPEndPoint.TryParse(text, out var endpoint)
            ? endpoint
            : throw new UsageException($"--listen {text} is not an address and a port such as 127.0.0.1:6443 or [::1]:6443");
    }

    private static string[] Identity(string text) => text.Split(',', StringSplitOptions.TrimEntries) is var names && names.All(name => name.Length > 0)
        ? names
        : throw new UsageException($"--client-certificate {text} is not a user and groups such as jane,developers");

    private static EquatableArray<IpRange> BalancerRanges(string? text, string[] services)
    {
        if (text is null)
            return [];
        var ranges = LoadBalancerOption.Read(text);
        LoadBalancerOption.Refuse(ranges, services.Select(range => IpPrefix.Parse(range)), "--service-cidr");
        return ranges;
    }

    private static string[] Ranges(string text)
    {
        var ranges = text.Split(',', StringSplitOptions.TrimEntries);
        var families = ranges.Select(range => IpPrefix.TryParse(range, out var prefix)
            ? prefix.IsV6
            : throw new UsageException($"--service-cidr {text}: '{range}' is not a range such as 10.96.0.0/16")).ToList();
        return families.Distinct().Count() == families.Count ? ranges : throw new UsageException($"--service-cidr {text}: one range of each family is enough");
    }
}
