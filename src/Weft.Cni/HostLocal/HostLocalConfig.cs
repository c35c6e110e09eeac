using System.Text.Json;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.HostLocal;

/// <summary>The <c>ipam</c> section of a configuration for host-local, together with the addresses that were asked for by name.</summary>
/// <remarks>Source: the reference plugin's documentation, cni.dev/plugins/current/ipam/host-local.</remarks>
public sealed record HostLocalConfig
{
    /// <summary>Where leases are when the configuration names no <c>dataDir</c>.</summary>
    public const string DefaultDirectory = "/var/lib/cni/networks";

    /// <summary>The network's name: the folder of its leases.</summary>
    public required string Network { get; init; }

    /// <summary>One address is handed out of each.</summary>
    public required IReadOnlyList<RangeSet> RangeSets { get; init; }

    /// <summary>Routes for the result.</summary>
    public EquatableArray<CniRoute> Routes { get; init; }

    /// <summary>The folder above the networks' folders.</summary>
    public string DataDirectory { get; init; } = DefaultDirectory;

    /// <summary>A resolv.conf to read DNS settings from, or null.</summary>
    public string? ResolvConf { get; init; }

    /// <summary>Addresses that were asked for through CNI_ARGS, <c>args.cni.ips</c> and <c>runtimeConfig.ips</c>.</summary>
    public IReadOnlyList<IpAddress> Requested { get; init; } = [];

    /// <summary>How long an address rests after it was given back, as long as others are free (<c>reuseDelaySeconds</c>; not known to the reference plugin).</summary>
    public TimeSpan ReuseDelay { get; init; }

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="CniException">It is missing or wrong.</exception>
    public static HostLocalConfig Read(PluginRequest request)
    {
        var ipam = request.Config.Object("ipam");
        if (!ipam.Exists)
            throw new CniException(CniErrorCode.InvalidConfig, "IPAM config missing 'ipam' key");
        request.Arguments.Allow("IP", "MAC", "GATEWAY");
        var sets = ReadRangeSets(request.Config, ipam);
        CheckRangeSets(sets, request.Version);
        var directory = ipam.Text("dataDir");
        var resolvConf = ipam.Text("resolvConf");
        return new HostLocalConfig
        {
            Network = request.Network,
            RangeSets = sets,
            Routes = CniResultJson.ReadRoutes(ipam).ToEquatableArray(),
            DataDirectory = string.IsNullOrEmpty(directory) ? DefaultDirectory : directory,
            ResolvConf = string.IsNullOrEmpty(resolvConf) ? null : resolvConf,
            Requested = ReadRequested(request),
            ReuseDelay = TimeSpan.FromSeconds(ipam.Number("reuseDelaySeconds") ?? 0),
        };
    }

    private static List<RangeSet> ReadRangeSets(JsonFields config, JsonFields ipam)
    {
        var sets = new List<RangeSet>();
        foreach (var item in config.Object("runtimeConfig").Items("ipRanges"))
            sets.Add(ReadRangeSet(item, "runtimeConfig.ipRanges", sets.Count));
        if (ipam.Text("subnet") is not null)
            sets.Add(Numbered(sets.Count, () => RangeSet.Of([AddressRange.Read(ipam)])));
        foreach (var item in ipam.Items("ranges"))
            sets.Add(ReadRangeSet(item, "ipam.ranges", sets.Count));
        return sets.Count > 0 ? sets : throw AddressRange.Invalid("no IP ranges specified");
    }

    private static RangeSet ReadRangeSet(JsonElement list, string path, int number)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw new CniException(CniErrorCode.Decoding, $"failed to load netconf: field \"{path}[{number}]\" must be a list of ranges");
        return Numbered(number, () =>
        {
            var ranges = new List<AddressRange>();
            foreach (var item in list.EnumerateArray())
                ranges.Add(AddressRange.Read(new JsonFields(item, $"{path}[{number}][{ranges.Count}]")));
            return RangeSet.Of(ranges);
        });
    }

    private static RangeSet Numbered(int number, Func<RangeSet> read)
    {
        try
        {
            return read();
        }
        catch (CniException error) when (error.Code == CniErrorCode.InvalidConfig)
        {
            throw AddressRange.Invalid($"invalid range set {number}: {error.Message}");
        }
    }

    private static void CheckRangeSets(List<RangeSet> sets, CniVersion version)
    {
        var v6 = sets.Count(set => set.IsV6);
        if (!version.HasInterfaces && (v6 > 1 || sets.Count - v6 > 1))
            throw AddressRange.Invalid($"CNI version {version} does not support more than 1 address per family");
        for (var i = 0; i < sets.Count; i++)
        {
            for (var j = i + 1; j < sets.Count; j++)
            {
                if (sets[i].Overlaps(sets[j]))
                    throw AddressRange.Invalid($"range set {i} overlaps with {j}");
            }
        }
    }

    private static List<IpAddress> ReadRequested(PluginRequest request)
    {
        var requested = new List<IpAddress>();
        if (request.Arguments["IP"] is { Length: > 0 } argument)
            requested.Add(ParseRequested(argument, "CNI_ARGS IP"));
        foreach (var text in request.Config.Object("args").Object("cni").Texts("ips"))
            requested.Add(ParseRequested(text, "args.cni.ips"));
        foreach (var text in request.Config.Object("runtimeConfig").Texts("ips"))
            requested.Add(ParseRequested(text, "runtimeConfig.ips"));
        return requested;
    }

    private static IpAddress ParseRequested(string text, string place)
    {
        var slash = text.IndexOf('/');
        return IpAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address)
            ? address
            : throw AddressRange.Invalid($"cannot understand ip \"{text}\" in {place}");
    }
}
