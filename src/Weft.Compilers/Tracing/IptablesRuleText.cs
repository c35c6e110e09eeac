using System.Globalization;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Compilers.Tracing;

/// <summary>A rule of iptables as our compiler writes it: the matches and targets that it knows, and no others.</summary>
internal sealed class IptablesRuleText
{
    private const byte Tcp = 6, Udp = 17, Sctp = 132;
    private readonly List<(string Option, string Value, bool Negated)> _options = [];

    private IptablesRuleText()
    {
    }

    /// <summary>Where it leads: a chain or an action.</summary>
    public string Target => Find("-j") ?? "";

    /// <summary>How often it matches, where chance decides.</summary>
    public double Chance => Find("--probability") is { } chance ? double.Parse(chance, CultureInfo.InvariantCulture) : 1;

    /// <summary>What it does, in words.</summary>
    public string Effect => Target switch
    {
        "DNAT" => "chooses an endpoint",
        "MARK" => $"mark {Find("--set-xmark")}",
        "REJECT" => $"reject with {Find("--reject-with")}",
        "DROP" or "ACCEPT" or "MASQUERADE" => Target.ToLowerInvariant(),
        var chain => $"jump {chain}",
    };

    /// <summary>Takes a rule apart, as iptables-save prints it.</summary>
    public static IptablesRuleText Parse(string rule)
    {
        var parsed = new IptablesRuleText();
        var words = Words(rule).ToList();
        for (var i = 0; i < words.Count; i++)
        {
            var negated = words[i] == "!";
            if (negated)
                i++;
            var hasValue = i + 1 < words.Count && !words[i + 1].StartsWith('-') && words[i + 1] != "!";
            parsed._options.Add((words[i], hasValue ? words[i + 1] : "", negated));
            i += hasValue ? 1 : 0;
        }

        return parsed;
    }

    /// <summary>Whether a first packet matches, chance aside. Nobody is remembered by <c>recent</c> yet.</summary>
    public bool Matches(NftPacket packet, IReadOnlySet<IpAddress> own) => _options.TrueForAll(option => option.Negated != (option.Option switch
    {
        "-s" => IpPrefix.Parse(option.Value).Contains(packet.Source),
        "-d" => IpPrefix.Parse(option.Value).Contains(packet.Destination),
        "-p" => packet.Protocol == option.Value switch { "tcp" => Tcp, "udp" => Udp, _ => Sctp },
        "--dport" => packet.DestinationPort.ToString(CultureInfo.InvariantCulture) == option.Value,
        "--ctstate" => option.Value.Contains("NEW", StringComparison.Ordinal),
        "--src-type" => IsLocal(packet.Source, own),
        "--dst-type" => IsLocal(packet.Destination, own),
        "--mark" => Number(option.Value) is var (value, mask) && (packet.Mark & mask) == value,
        "--rcheck" => false,
        _ => !option.Negated,
    }));

    /// <summary>The packet with the mark that the rule sets.</summary>
    public NftPacket Mark(NftPacket packet)
    {
        var (value, mask) = Number(Find("--set-xmark")!);
        return packet with { Mark = (packet.Mark & ~mask) ^ value };
    }

    /// <summary>The packet with the destination that the rule gives.</summary>
    public NftPacket Translate(NftPacket packet)
    {
        var to = Find("--to-destination")!;
        var colon = to.LastIndexOf(':');
        return packet with
        {
            Destination = IpAddress.Parse(to[..colon].Trim('[', ']')), DestinationPort = ushort.Parse(to[(colon + 1)..], CultureInfo.InvariantCulture),
        };
    }

    private string? Find(string option) => _options.Find(known => known.Option == option) is { Option: not null } found ? found.Value : null;

    private static bool IsLocal(IpAddress address, IReadOnlySet<IpAddress> own) => own.Contains(address) || address.IsLoopback;

    private static (uint Value, uint Mask) Number(string text)
    {
        var parts = text.Split('/');
        return (Convert.ToUInt32(parts[0], 16), Convert.ToUInt32(parts[1], 16));
    }

    private static IEnumerable<string> Words(string rule)
    {
        for (var i = 0; i < rule.Length;)
        {
            var quoted = rule[i] == '"';
            var end = rule.IndexOf(quoted ? '"' : ' ', i + (quoted ? 1 : 0));
            end = end < 0 ? rule.Length : end;
            yield return rule[(quoted ? i + 1 : i)..end];
            i = end + (quoted ? 2 : 1);
        }
    }
}
