using System.Globalization;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Cli.Policies;

/// <summary>What an API server would say of policies in manifests: a mistyped field would else make another policy of them.</summary>
internal static class PolicyAdmission
{
    private static readonly string[] Kinds = ["NetworkPolicy", "ClusterNetworkPolicy"];

    /// <summary>Refuses policies that an API server refuses.</summary>
    /// <exception cref="UsageException">There is one.</exception>
    public static void Check(IEnumerable<Manifest> manifests)
    {
        var errors = manifests.SelectMany(manifest => Of(manifest).Select(error =>
            string.Create(CultureInfo.InvariantCulture, $"{manifest.Source}:{manifest.Line}: {manifest.Kind} {manifest.Name}: {error}"))).ToList();
        if (errors.Count > 0)
            throw new UsageException(string.Join('\n', errors));
    }

    /// <summary>The same as findings.</summary>
    public static IEnumerable<Problem> Problems(Manifest manifest)
    {
        var name = manifest.Kind == "NetworkPolicy" ? $"{manifest.Namespace ?? "default"}/{manifest.Name}" : manifest.Name;
        return Of(manifest).Select(error => new Problem($"{manifest.Kind} {name}", "Rejected", error));
    }

    /// <summary>What an API server would say of an object; nothing of one that is no policy.</summary>
    public static IEnumerable<string> Of(Manifest manifest)
    {
        if (!Kinds.Contains(manifest.Kind) || manifest.ApiVersion.Split('/') is not [var group, var version])
            return [];
        var copy = (JsonObject)manifest.Object.DeepClone();
        var result = ObjectSchemas.For(group, version, manifest.Kind).Admit(copy, old: null, FieldValidation.Strict);
        return result.BadRequest is not null ? [result.DecodeError ?? result.BadRequest] : result.Errors.Select(error => error.ToString());
    }
}
