using System.CommandLine;
using System.Text.Json;
using Weft.Cli.Commands;
using Weft.Lab;
using Weft.Lab.Host;

namespace Weft.Cli.Up;

/// <summary>The options of <c>weft up</c>, and what they mean together.</summary>
internal sealed class UpOptions
{
    private readonly Argument<string[]> _files = new("files") { Description = "Manifests: files, folders, URLs, or - for standard input.", HelpName = "FILE|DIR|URL|-" };
    private readonly Option<string> _name = LabOptions.Name();
    private readonly Option<int> _nodes = new("--nodes") { Description = "Number of nodes.", DefaultValueFactory = _ => 2, HelpName = "N" };
    private readonly Option<string?> _zones = new("--zones") { Description = "Spread the nodes over zones: a number, or names with commas between.", HelpName = "N|A,B" };
    private readonly Option<string> _cni = new("--cni") { Description = "Shape of pod interfaces: ptp (routed) or bridge.", DefaultValueFactory = _ => "ptp" };
    private readonly Option<string?> _cniConf = new("--cni-conf") { Description = "A CNI configuration in place of Weft's own.", HelpName = "FILE" };
    private readonly Option<string> _overlay = new("--overlay") { Description = "How packets travel between nodes.", DefaultValueFactory = _ => "auto" };
    private readonly Option<string> _proxy = new("--proxy") { Description = "How Services are programmed; may be changed while the lab runs.", DefaultValueFactory = _ => "nftables" };
    private readonly Option<string> _ipFamily = new("--ip-family") { Description = "Addresses of nodes, pods and Services.", DefaultValueFactory = _ => "ipv4" };
    private readonly Option<string?> _podCidr = Cidr("--pod-cidr", "The range of pod addresses", LabRanges.Pods);
    private readonly Option<string?> _serviceCidr = Cidr("--service-cidr", "The range of Service addresses", LabRanges.Services);
    private readonly Option<string?> _lbRange = LoadBalancerOption.Create($"{LabRanges.LoadBalancers(LabRanges.Underlay("ipv4"))} or {LabRanges.LoadBalancers(LabRanges.Underlay("ipv6"))}");
    private readonly Option<string[]> _publish = new("--publish")
    {
        Description = "Lead a port of the host's loopback to a pod, Deployment or Service: [ADDR:]PORT:TARGET, TARGET such as pod/web-1:80.",
        HelpName = "PORT:TARGET",
    };
    private readonly Option<string> _wait = new("--wait") { Description = "How long to wait until every pod is Ready; 0s does not wait.", DefaultValueFactory = _ => "60s", HelpName = "DURATION" };
    private readonly Option<string> _grace = LabOptions.NodeMonitorGracePeriod("10s");
    private readonly Option<string> _eviction = LabOptions.PodEvictionTimeout();
    private readonly Option<bool> _keep = new("--keep") { Description = "Objects survive `weft down`." };
    private readonly Option<bool> _ephemeral = new("--ephemeral") { Description = "Keep objects in memory only." };
    private readonly Option<string> _userns = new("--userns") { Description = "off: as root, without a user namespace of its own.", DefaultValueFactory = _ => "auto" };

    public UpOptions()
    {
        _files.Arity = ArgumentArity.ZeroOrMore;
        _files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.Length > 1 && token.Value[0] == '-'))
                result.AddError($"Unrecognized option '{token.Value}'.");
        });
        _cni.AcceptOnlyFromAmong("ptp", "bridge");
        _overlay.AcceptOnlyFromAmong("auto", "direct", "vxlan");
        _proxy.AcceptOnlyFromAmong("nftables", "iptables", "ipvs", "none");
        _ipFamily.AcceptOnlyFromAmong("ipv4", "ipv6", "dual");
        _userns.AcceptOnlyFromAmong("auto", "off");
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_files);
        Option[] options =
        [
            _name, _nodes, _zones, _cni, _cniConf, _overlay, _proxy, _ipFamily, _podCidr, _serviceCidr, _lbRange, _publish, _wait, _grace, _eviction, _keep, _ephemeral, _userns,
        ];
        foreach (var option in options)
            command.Options.Add(option);
    }

    /// <summary>Reads and checks everything before anything is started.</summary>
    /// <remarks>What is not said stays as it is in a lab that runs, or that was kept.</remarks>
    /// <exception cref="UsageException">An option says what cannot be.</exception>
    public UpPlan Read(ParseResult parsed)
    {
        var name = parsed.GetValue(_name)!;
        var former = Former(LabDirectory.Of(name)) ?? new LabSpec { Name = name };
        var family = parsed.GetResult(_ipFamily) is { Implicit: false } ? parsed.GetValue(_ipFamily)! : FamilyOf(parsed.GetValue(_podCidr)) ?? former.IpFamily;
        var pods = parsed.GetValue(_podCidr) ?? (family == former.IpFamily ? former.PodCidr : LabRanges.Pods(family));
        var services = family == former.IpFamily ? former.ServiceCidr : LabRanges.Services(family);
        var spec = former with
        {
            Nodes = Said(_nodes, former.Nodes),
            Zones = parsed.GetValue(_zones) is { } zones ? ZoneNames.Read(zones) : former.Zones,
            Cni = Said(_cni, former.Cni),
            CniConf = ReadCniConf(parsed.GetValue(_cniConf)) ?? former.CniConf,
            Overlay = Said(_overlay, former.Overlay),
            Proxy = Said(_proxy, former.Proxy),
            IpFamily = family,
            PodCidr = pods,
            ServiceCidr = parsed.GetValue(_serviceCidr) ?? LabRanges.InOrderOf(pods, services),
            LbRange = parsed.GetValue(_lbRange)?.Replace(" ", "", StringComparison.Ordinal) ?? (family == former.IpFamily ? former.LbRange : ""),
            UnderlayCidr = LabRanges.InOrderOf(pods, LabRanges.Underlay(family)),
            NodeMonitorGracePeriod = parsed.GetResult(_grace) is { Implicit: false } ? Durations.ParseFromOneSecond(_grace.Name, parsed.GetValue(_grace)!) : former.NodeMonitorGracePeriod,
            PodEvictionTimeout = parsed.GetResult(_eviction) is { Implicit: false } ? Durations.Parse(_eviction.Name, parsed.GetValue(_eviction)!) : former.PodEvictionTimeout,
            Keep = parsed.GetValue(_keep),
            Ephemeral = parsed.GetValue(_ephemeral),
            UserNamespace = Said(_userns, former.UserNamespace ? "auto" : "off") != "off",
        };
        SpecChecks.Check(spec);
        return new UpPlan(
            spec,
            parsed.GetValue(_files) ?? [],
            [.. (parsed.GetValue(_publish) ?? []).Select(PublishRequest.Parse)],
            Durations.Parse("--wait", parsed.GetValue(_wait)!));

        T Said<T>(Option<T> option, T otherwise) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option)! : otherwise;
    }

    private static LabSpec? Former(LabDirectory lab)
    {
        var spec = lab.ReadSpec();
        return spec is { Keep: true } || (lab.ReadProcess() is { } process && HostProcess.IsAlive(process)) ? spec : null;
    }

    // A list of ranges says by itself which families there are.
    private static string? FamilyOf(string? ranges) => ranges switch
    {
        null => null,
        _ when !ranges.Contains(':') => "ipv4",
        _ when !ranges.Contains('.') => "ipv6",
        _ => "dual",
    };

    private static Option<string?> Cidr(string name, string description, Func<string, string> ranges) => new(name)
    {
        Description = $"{description}; two with a comma between in a lab of both families. Default: {ranges("ipv4")}, {ranges("ipv6")}, or both.",
        HelpName = "CIDR",
    };

    private static string? ReadCniConf(string? file)
    {
        if (file is null)
            return null;
        try
        {
            var text = File.ReadAllText(file);
            using var document = JsonDocument.Parse(text);
            return text;
        }
        catch (JsonException e)
        {
            throw new UsageException($"--cni-conf {file} is not JSON: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--cni-conf {file} cannot be read: {e.Message}");
        }
    }
}

/// <summary>What <c>weft up</c> was asked to do.</summary>
internal sealed record UpPlan(LabSpec Spec, string[] Files, IReadOnlyList<PublishRequest> Publish, TimeSpan Wait);
