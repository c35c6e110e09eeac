using Weft.Dns.Forwarding;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>A route at work.</summary>
/// <param name="settings">What it is to do.</param>
/// <param name="servers">Its servers, those of the node among them.</param>
/// <param name="forwarder">Who asks its servers, and remembers what they said.</param>
public sealed class LiveRoute(DnsRoute settings, EquatableArray<DnsUpstream> servers, Forwarder forwarder)
{
    /// <summary>The end of its names.</summary>
    public DnsName Zone => Settings.Zone;

    /// <summary>What it is to do.</summary>
    public DnsRoute Settings { get; } = settings;

    /// <summary>Its servers, those of the node among them.</summary>
    public EquatableArray<DnsUpstream> Servers { get; } = servers;

    /// <summary>Who asks its servers.</summary>
    public Forwarder Forwarder { get; } = forwarder;

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
