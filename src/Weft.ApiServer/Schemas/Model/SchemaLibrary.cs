using System.Collections.Concurrent;
using System.Reflection;

namespace Weft.ApiServer.Schemas.Model;

/// <summary>The embedded schemas, read on first use: a package with all its files, and nothing else.</summary>
internal static class SchemaLibrary
{
    private const string ResourcePrefix = "Weft.ApiServer.Schemas.Data.";
    private const string Extension = ".schema";

    /// <summary>Which package holds the kinds of which group and version.</summary>
    private static readonly Dictionary<string, string> PackageOfGroup = new(StringComparer.Ordinal)
    {
        ["v1"] = "core",
        ["apiextensions.k8s.io/v1"] = "apiextensions",
        ["apps/v1"] = "apps",
        ["autoscaling/v1"] = "autoscaling",
        ["batch/v1"] = "batch",
        ["coordination.k8s.io/v1"] = "coordination",
        ["discovery.k8s.io/v1"] = "discovery",
        ["events.k8s.io/v1"] = "events",
        ["networking.k8s.io/v1"] = "networking",
        ["policy.networking.k8s.io/v1alpha2"] = "policy",
    };

    private static readonly ConcurrentDictionary<string, Lazy<Dictionary<string, SchemaType>>> Packages = new(StringComparer.Ordinal);

    /// <summary>The groups and versions with built-in schemas, as <c>apiVersion</c> writes them.</summary>
    public static IReadOnlyCollection<string> ApiVersions => PackageOfGroup.Keys;

    /// <summary>The type of a kind, or null when there is none.</summary>
    public static SchemaType? Find(KindName kind)
    {
        if (PackageOfGroup.TryGetValue(kind.ApiVersion, out var package) && Package(package).TryGetValue(kind.Kind, out var type) && type.Kind == kind)
            return type;
        return Package("meta").TryGetValue(kind.Kind, out type) && type.Kind == kind ? type : null;
    }

    /// <summary>The kinds of one group and version, in the order of their names.</summary>
    public static IReadOnlyList<SchemaType> Kinds(string apiVersion)
    {
        if (!PackageOfGroup.TryGetValue(apiVersion, out var package))
            return [];
        return [.. Package(package).Values.Where(t => t.Kind is not null).OrderBy(t => t.Name, StringComparer.Ordinal)];
    }

    /// <summary>A type by its qualified name, for example <c>core.PodSpec</c>.</summary>
    /// <exception cref="InvalidOperationException">There is no such type: a bug in the schemas.</exception>
    public static SchemaType Type(string qualified)
    {
        var dot = qualified.IndexOf('.');
        return Package(qualified[..dot]).GetValueOrDefault(qualified[(dot + 1)..])
            ?? throw new InvalidOperationException($"the schemas have no type {qualified}");
    }

    private static Dictionary<string, SchemaType> Package(string name) =>
        Packages.GetOrAdd(name, n => new Lazy<Dictionary<string, SchemaType>>(() => Load(n))).Value;

    private static Dictionary<string, SchemaType> Load(string package)
    {
        var types = new Dictionary<string, SchemaType>(StringComparer.Ordinal);
        var reader = new SchemaReader(Type);
        foreach (var resource in typeof(SchemaLibrary).Assembly.GetManifestResourceNames())
        {
            if (!BelongsTo(resource, package))
                continue;
            foreach (var type in reader.Read(resource, ReadText(resource)))
                types.Add(type.Name, type);
        }
        return types;
    }

    private static bool BelongsTo(string resource, string package) =>
        resource.StartsWith(ResourcePrefix + package, StringComparison.Ordinal)
        && resource.EndsWith(Extension, StringComparison.Ordinal)
        && resource[ResourcePrefix.Length + package.Length] is '.' or '-';

    private static string ReadText(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
