using System.Text.Json.Serialization;
using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Where a pod wants to run.</summary>
public sealed record Affinity
{
    public NodeAffinity? NodeAffinity { get; init; }
    public PodAffinity? PodAffinity { get; init; }
    public PodAffinity? PodAntiAffinity { get; init; }
}

/// <summary>Which nodes a pod must or would rather have.</summary>
public sealed record NodeAffinity
{
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")]
    public NodeSelector? Required { get; init; }

    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")]
    public EquatableArray<PreferredNodeTerm> Preferred { get; init; }
}

/// <summary>Terms of which one must hold.</summary>
public sealed record NodeSelector
{
    public EquatableArray<NodeSelectorTerm> NodeSelectorTerms { get; init; }

    /// <summary>Whether the node fulfils one of the terms.</summary>
    public bool Matches(Node node)
    {
        foreach (var term in NodeSelectorTerms)
        {
            if (term.Matches(node))
                return true;
        }

        return false;
    }
}

/// <summary>Conditions that must all hold; a term without any holds for no node.</summary>
public sealed record NodeSelectorTerm
{
    public EquatableArray<LabelRequirement> MatchExpressions { get; init; }

    /// <summary>Conditions on fields; upstream knows <c>metadata.name</c> only.</summary>
    public EquatableArray<LabelRequirement> MatchFields { get; init; }

    /// <summary>Whether the node fulfils all conditions.</summary>
    public bool Matches(Node node)
    {
        if (MatchExpressions.Count == 0 && MatchFields.Count == 0)
            return false;
        foreach (var requirement in MatchExpressions)
        {
            if (!requirement.Matches(node.Metadata.Labels))
                return false;
        }

        foreach (var requirement in MatchFields)
        {
            if (requirement.Key != "metadata.name" || !requirement.Matches(node.Metadata.Name))
                return false;
        }

        return true;
    }
}

/// <summary>A term with its weight, 1 to 100.</summary>
public sealed record PreferredNodeTerm
{
    public int Weight { get; init; }
    public NodeSelectorTerm Preference { get; init => field = value ?? new(); } = new();
}

/// <summary>Which pods a pod must be near to, or away from.</summary>
public sealed record PodAffinity
{
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")]
    public EquatableArray<PodAffinityTerm> Required { get; init; }
}

/// <summary>Pods by labels and namespaces, and the node label that says what near means.</summary>
public sealed record PodAffinityTerm
{
    public LabelSelector? LabelSelector { get; init; }
    public EquatableArray<string> Namespaces { get; init; }
    public LabelSelector? NamespaceSelector { get; init; }
    public string TopologyKey { get; init => field = value ?? ""; } = "";
}
