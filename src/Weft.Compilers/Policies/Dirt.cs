using Weft.Model;

namespace Weft.Compilers.Policies;

/// <summary>What the changes of one turn touch and what has to be worked out again because of it.</summary>
internal sealed class Dirt
{
    /// <summary>Groups whose rules may be others.</summary>
    public HashSet<PodGroup> Classes { get; } = [];

    /// <summary>Groups whose identity may be another.</summary>
    public HashSet<PodGroup> Identities { get; } = [];

    /// <summary>Addresses that have another owner, or whose owner has other rules.</summary>
    public HashSet<IpAddress> Addresses { get; } = [];

    /// <summary>Policies whose named ports may be other numbers.</summary>
    public HashSet<CompiledPolicy> Ports { get; } = [];

    /// <summary>Whether blocks in use changed: any address may be somebody else.</summary>
    public bool Blocks { get; set; }

    /// <summary>Whether nodes or terms of nodes in use changed.</summary>
    public bool Nodes { get; set; }

    /// <summary>Addresses have another owner, or their owner has other rules.</summary>
    public void Note(EquatableArray<IpAddress> addresses)
    {
        foreach (var address in addresses)
            Addresses.Add(address);
    }

    /// <summary>A group matches other terms, or has just come.</summary>
    public void Note(PodGroup group)
    {
        Classes.Add(group);
        Identities.Add(group);
    }
}
