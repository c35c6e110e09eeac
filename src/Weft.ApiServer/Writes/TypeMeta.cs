using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;

namespace Weft.ApiServer.Writes;

/// <summary>Checks <c>apiVersion</c> and <c>kind</c> of a body against the path, and fills them in when absent.</summary>
internal static class TypeMeta
{
    /// <exception cref="StatusException">400 when they name another kind.</exception>
    public static void Settle(ResourceKind kind, JsonObject obj) => Settle(obj, kind.ApiVersion, kind.Kind);

    public static void Settle(JsonObject obj, string apiVersion, string kind)
    {
        var givenVersion = Text(obj, "apiVersion");
        var givenKind = Text(obj, "kind");
        if (givenVersion.Length > 0 && givenVersion != apiVersion)
            throw Status.BadRequest($"the API version in the data ({givenVersion}) does not match the expected API version ({apiVersion})");
        if (givenKind.Length > 0 && givenKind != kind)
            throw Status.BadRequest($"{givenKind} in version \"{apiVersion}\" cannot be handled as a {kind}: no kind \"{givenKind}\" is registered here for version \"{apiVersion}\"");
        if (givenVersion.Length > 0 && givenKind.Length > 0)
            return;
        obj.Remove("apiVersion");
        obj.Remove("kind");
        obj.Insert(0, "apiVersion", apiVersion);
        obj.Insert(1, "kind", kind);
    }

    private static string Text(JsonObject obj, string name) => obj[name] is null
        ? ""
        : obj.Text(name) ?? throw Status.BadRequest($"couldn't get version/kind; json parse error: json: cannot unmarshal {name} into Go struct field .{name} of type string");
}
