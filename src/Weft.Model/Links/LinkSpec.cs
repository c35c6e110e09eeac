namespace Weft.Model.Links;

/// <summary>A link that is to be made, or to be there. A null setting means: as the kernel has it.</summary>
/// <param name="Name">1 to 15 bytes, without slash or white space.</param>
/// <param name="Kind">Its sort and the settings of that sort. For a pair of veths see <see cref="VethSpec"/>.</param>
public sealed record LinkSpec(string Name, LinkKind Kind)
{
    /// <summary>Whether it is switched on.</summary>
    public bool Up { get; init; } = true;

    /// <summary>Bytes of the largest packet.</summary>
    public int? Mtu { get; init; }

    /// <summary>The hardware address.</summary>
    public MacAddress? Address { get; init; }

    /// <summary>The bridge that it is a port of.</summary>
    public string? Master { get; init; }

    /// <summary>Its settings as a port of <see cref="Master"/>.</summary>
    public BridgePort? Port { get; init; }

    /// <summary>Whether <paramref name="actual"/> fulfils this wish.</summary>
    public bool IsMetBy(Link? actual) => actual is not null
        && string.Equals(Name, actual.Name, StringComparison.Ordinal)
        && Kind.IsMetBy(actual.Kind)
        && (!Up || actual.Up)
        && (Mtu is null || Mtu == actual.Mtu)
        && (Address is null || Address == actual.Address)
        && (Master is null || string.Equals(Master, actual.Master, StringComparison.Ordinal))
        && (Port is null || Port.IsMetBy(actual.Port));

    /// <summary>The kind and the name, for messages.</summary>
    public override string ToString() => $"{Kind.Name} {Name}";
}

/// <summary>A virtual cable that is to be made, both ends at once; the far end may be made straight in another network namespace.</summary>
/// <param name="Name">The near end.</param>
/// <param name="PeerName">The far end.</param>
public sealed record VethSpec(string Name, string PeerName)
{
    /// <summary>Whether the near end is switched on.</summary>
    public bool Up { get; init; } = true;

    /// <summary>Whether the far end is switched on.</summary>
    public bool PeerUp { get; init; } = true;

    /// <summary>Bytes of the largest packet, for both ends.</summary>
    public int? Mtu { get; init; }

    /// <summary>The near end's hardware address; the kernel draws one otherwise.</summary>
    public MacAddress? Address { get; init; }

    /// <summary>The far end's hardware address; the kernel draws one otherwise.</summary>
    public MacAddress? PeerAddress { get; init; }

    /// <summary>The bridge that the near end is a port of.</summary>
    public string? Master { get; init; }

    /// <summary>The near end's settings as a port of <see cref="Master"/>.</summary>
    public BridgePort? Port { get; init; }

    /// <summary>Both names, for messages.</summary>
    public override string ToString() => $"veth {Name} with {PeerName}";
}

/// <summary>What to change of a link. Null means: leave it.</summary>
public sealed record LinkChange
{
    /// <summary>For <see cref="Master"/>: out of its bridge.</summary>
    public const string NoMaster = "";

    /// <summary>A new name; most links must be down for it on older kernels.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it is switched on.</summary>
    public bool? Up { get; init; }

    /// <summary>Whether it takes frames for everybody (IFF_PROMISC).</summary>
    public bool? Promiscuous { get; init; }

    /// <summary>Bytes of the largest packet.</summary>
    public int? Mtu { get; init; }

    /// <summary>The hardware address.</summary>
    public MacAddress? Address { get; init; }

    /// <summary>The bridge that it becomes a port of; <see cref="NoMaster"/> takes it out.</summary>
    public string? Master { get; init; }

    /// <summary>Its settings as a port.</summary>
    public BridgePort? Port { get; init; }

    /// <summary>Settings of its kind, such as a bridge's.</summary>
    public LinkKind? Kind { get; init; }
}
