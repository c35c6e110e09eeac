using Weft.Dns.Forwarding;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>A route at work.</summary>
/// <param name="settings">What it is to do.</param>
/// <param name="servers">Its servers, those of the node among them.</param>
/// <param name="forwarder">Who asks its servers, and remembers what they said.</param>
/// <param name="takesFromCluster">Whether it is for a part of the cluster's domain, whose names the zone therefore leaves to it.</param>
/// <param name="time">The clock.</param>
public sealed class LiveRoute(DnsRoute settings, EquatableArray<DnsUpstream> servers, Forwarder forwarder, bool takesFromCluster = false, TimeProvider? time = null)
{
    /// <summary>The end of its names.</summary>
    public DnsName Zone => Settings.Zone;

    /// <summary>What it is to do.</summary>
    public DnsRoute Settings { get; } = settings;

    /// <summary>Its servers, those of the node among them.</summary>
    public EquatableArray<DnsUpstream> Servers { get; } = servers;

    /// <summary>Who asks its servers.</summary>
    public Forwarder Forwarder { get; } = forwarder;

    /// <summary>Whether the cluster's zone leaves its names to it.</summary>
    public bool TakesFromCluster => takesFromCluster;

    /// <summary>Names with addresses of their own.</summary>
    internal HostTable Hosts { get; } = new(settings.Hosts, time ?? TimeProvider.System);

    /// <summary>Names that stand for others.</summary>
    internal RewriteRules Rewrites { get; } = new(settings.Rewrites);

    /// <summary>Whether names of it may be answered otherwise than from the zone and by its servers.</summary>
    internal bool IsSpecial => takesFromCluster || !Hosts.IsEmpty || !Rewrites.IsEmpty;

    /// <summary>Whether a name of this route is not for its servers.</summary>
    public bool Excepts(ReadOnlySpan<byte> name)
    {
        foreach (var end in Settings.Except.AsSpan())
        {
            if (NameBytes.IsWithin(name, end.Wire))
                return true;
        }

        return false;
    }
}
