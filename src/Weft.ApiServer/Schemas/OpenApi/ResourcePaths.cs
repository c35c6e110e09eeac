using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.OpenApi;

/// <summary>Where a kind is served.</summary>
internal static class ResourcePaths
{
    /// <summary><c>/api/v1</c> or <c>/apis/apps/v1</c>.</summary>
    public static string Root(KindName kind) => kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";

    /// <summary>The path of the collection; of one namespace where the kind has one.</summary>
    public static string Collection(SchemaType type)
    {
        var root = Root(type.Kind!);
        return type.ClusterScoped ? $"{root}/{Plural(type.Name)}" : $"{root}/namespaces/{{namespace}}/{Plural(type.Name)}";
    }

    /// <summary>The path of the collection over all namespaces, or null for a kind without namespaces.</summary>
    public static string? AllNamespaces(SchemaType type) => type.ClusterScoped ? null : $"{Root(type.Kind!)}/{Plural(type.Name)}";

    /// <summary>The English plural that every built-in kind uses.</summary>
    public static string Plural(string kind)
    {
        var name = kind.ToLowerInvariant();
        return name switch
        {
            "endpoints" => name,
            [.. var stem, 'y'] => stem + "ies",
            [.., 's'] => name + "es",
            _ => name + "s",
        };
    }
}
