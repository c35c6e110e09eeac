using System.CommandLine;
using System.Text.Json;
using Weft.Cli.Commands;
using Weft.Lab;
using Weft.Model;

namespace Weft.Cli.Up;

/// <summary>The options of <c>weft up</c>, and what they mean together.</summary>
internal sealed class UpOptions
{
    // One range of this length per node: the default of Kubernetes' node IPAM for IPv4.
    private const int NodeRangeLength = 24;
    private const int MaxNodes = 100;

    private readonly Argument<string[]> _files = new("files") { Description = "Manifests: files, folders, URLs, or - for standard input.", HelpName = "FILE|DIR|URL|-" };
    private readonly Option<string> _name = LabOptions.Name();
    private readonly Option<int> _nodes = new("--nodes") { Description = "Number of nodes.", DefaultValueFactory = _ => 2, HelpName = "N" };
    private readonly Option<string> _cni = new("--cni") { Description = "Shape of pod interfaces: ptp (routed) or bridge.", DefaultValueFactory = _ => "ptp" };
    private readonly Option<string?> _cniConf = new("--cni-conf") { Description = "A CNI configuration in place of Weft's own.", HelpName = "FILE" };
    private readonly Option<string> _overlay = new("--overlay") { Description = "How packets travel between nodes.", DefaultValueFactory = _ => "auto" };
    private readonly Option<string> _podCidr = Cidr("--pod-cidr", "The range of pod addresses.", "10.244.0.0/16");
    private readonly Option<string> _serviceCidr = Cidr("--service-cidr", "The range of Service addresses.", "10.96.0.0/16");
    private readonly Option<string[]> _publish = new("--publish")
    {
        Description = "Lead a port of the host's loopback to a pod, Deployment or Service: [ADDR:]PORT:TARGET, TARGET such as pod/web-1:80.",
        HelpName = "PORT:TARGET",
    };
    private readonly Option<string> _wait = new("--wait") { Description = "How long to wait until every pod is Ready; 0s does not wait.", DefaultValueFactory = _ => "60s", HelpName = "DURATION" };
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
        _userns.AcceptOnlyFromAmong("auto", "off");
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_files);
        foreach (var option in new Option[] { _name, _nodes, _cni, _cniConf, _overlay, _podCidr, _serviceCidr, _publish, _wait, _keep, _ephemeral, _userns })
            command.Options.Add(option);
    }

    /// <summary>Reads and checks everything before anything is started.</summary>
    /// <exception cref="UsageException">An option says what cannot be.</exception>
    public UpPlan Read(ParseResult parsed)
    {
        var spec = new LabSpec
        {
            Name = parsed.GetValue(_name)!,
            Nodes = parsed.GetValue(_nodes),
            Cni = parsed.GetValue(_cni)!,
            CniConf = ReadCniConf(parsed.GetValue(_cniConf)),
            Overlay = parsed.GetValue(_overlay)!,
            PodCidr = parsed.GetValue(_podCidr)!,
            ServiceCidr = parsed.GetValue(_serviceCidr)!,
            Keep = parsed.GetValue(_keep),
            Ephemeral = parsed.GetValue(_ephemeral),
            UserNamespace = parsed.GetValue(_userns) != "off",
        };
        Check(spec);
        return new UpPlan(
            spec,
            parsed.GetValue(_files) ?? [],
            [.. (parsed.GetValue(_publish) ?? []).Select(PublishRequest.Parse)],
            Durations.Parse("--wait", parsed.GetValue(_wait)!));
    }

    private static Option<string> Cidr(string name, string description, string value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "CIDR" };

    private static void Check(LabSpec spec)
    {
        if (spec.Nodes is < 1 or > MaxNodes)
            throw new UsageException($"--nodes {spec.Nodes}: a lab has 1 to {MaxNodes} nodes");
        if (spec is { Keep: true, Ephemeral: true })
            throw new UsageException("--keep and --ephemeral exclude each other: an ephemeral store has nothing to keep");
        var pods = ReadCidr("--pod-cidr", spec.PodCidr);
        var services = ReadCidr("--service-cidr", spec.ServiceCidr);
        var underlay = IpPrefix.Parse(spec.UnderlayCidr);
        var ranges = pods.Length > NodeRangeLength ? 0 : 1L << (NodeRangeLength - pods.Length);
        if (ranges < spec.Nodes)
        {
            throw new UsageException(
                $"--pod-cidr {spec.PodCidr} is too small: it holds {ranges} node ranges of /{NodeRangeLength}, and {spec.Nodes} nodes need one each. "
                + $"Use a /{NodeRangeLength - (int)Math.Ceiling(Math.Log2(spec.Nodes))} or larger, or fewer --nodes");
        }

        if (services.HostBits < 3)
            throw new UsageException($"--service-cidr {spec.ServiceCidr} is too small: use a /29 or larger");
        foreach (var (first, second, flags) in new[]
        {
            (pods, services, "--pod-cidr and --service-cidr"), (pods, underlay, "--pod-cidr and the underlay"), (services, underlay, "--service-cidr and the underlay"),
        })
        {
            if (first.Overlaps(second))
                throw new UsageException($"{flags} overlap: {first} and {second}");
        }
    }

    private static IpPrefix ReadCidr(string flag, string text)
    {
        if (!IpPrefix.TryParse(text, out var prefix, out var address))
            throw new UsageException($"{flag} {text} is not a CIDR block such as 10.244.0.0/16");
        if (prefix.Network != address)
            throw new UsageException($"{flag} {text} has host bits: did you mean {prefix}?");
        return prefix.IsV6 ? throw new UsageException($"{flag} {text}: this version has IPv4 labs only") : prefix;
    }

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
