using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Kinds;

/// <summary>One kind the server serves: an entry of <see cref="KindTable"/>, and all that the generic verbs know about it.</summary>
public sealed record ResourceKind
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Kind { get; init; }

    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Groups of kinds for kubectl, for example <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    public required bool Namespaced { get; init; }

    /// <summary>Has a <c>status</c> that only the <c>status</c> subresource writes.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Has the <c>scale</c> subresource over <c>spec.replicas</c>.</summary>
    public bool HasScale { get; init; }

    /// <summary>Counts changes of everything but metadata and status in <c>metadata.generation</c>.</summary>
    public bool TracksGeneration { get; init; }

    /// <summary>Further subresources, for discovery; served by code of their own.</summary>
    public IReadOnlyList<SubresourceKind> Subresources { get; init; } = [];

    /// <summary>What is wrong with an object's name, null when nothing is.</summary>
    internal Func<string, string?> CheckName { get; init; } = Formats.Subdomain;

    internal IReadOnlyList<SelectableField> SelectableFields { get; init; } = [];

    internal IReadOnlyList<TableColumn> Columns { get; init; } = TableColumn.NameAndAge;

    internal KindStrategy Strategy { get; init; } = KindStrategy.Default;

    /// <summary>Set when objects are stored in the form of another version.</summary>
    internal IVersionConversion? Conversion { get; init; }

    /// <summary><c>v1</c> or <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>pods</c> or <c>deployments.apps</c>, as error messages name it.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary><c>Pod</c> or <c>Deployment.apps</c>, as error messages name it.</summary>
    public string GroupKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>The collection that holds the objects; kinds that are two views of the same objects share it.</summary>
    public string StorageKey => Conversion?.StorageKey ?? GroupResource;

    public bool Equals(ResourceKind? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => GroupResource.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A subresource beside <c>status</c> and <c>scale</c>, as discovery lists it.</summary>
public sealed record SubresourceKind(string Name, string Group, string Version, string Kind, IReadOnlyList<string> Verbs);

/// <summary>A field that field selectors may name.</summary>
internal sealed record SelectableField(string Name, Func<JsonObject, string> Read)
{
    /// <summary>A string field at the path that its name spells; absent reads as empty.</summary>
    public static SelectableField AtPath(string path, string absent = "")
    {
        var names = path.Split('.');
        return new(path, obj => Json.JsonPath.Text(obj, names) ?? absent);
    }
}

/// <summary>Turns one version of a kind into the one that is stored, and back.</summary>
internal interface IVersionConversion
{
    string StorageKey { get; }

    /// <summary>Changes the tree in place and returns it.</summary>
    JsonObject ToStorage(JsonObject obj);

    /// <summary>Changes the tree in place and returns it.</summary>
    JsonObject FromStorage(JsonObject obj);
}
