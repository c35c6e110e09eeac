using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Requests;

/// <summary>Questions about the caller, such as <c>kubectl auth can-i</c> and <c>whoami</c>. Created, answered, never stored.</summary>
internal static class Reviews
{
    /// <summary>By group and plural: the kind, and its status for a caller; every caller may do everything.</summary>
    private static readonly Dictionary<(string Group, string Plural), (string Kind, Func<Caller, JsonObject> Status)> Known = new()
    {
        [("authorization.k8s.io", "selfsubjectaccessreviews")] = ("SelfSubjectAccessReview", _ => new JsonObject { ["allowed"] = true }),
        [("authorization.k8s.io", "subjectaccessreviews")] = ("SubjectAccessReview", _ => new JsonObject { ["allowed"] = true }),
        [("authorization.k8s.io", "selfsubjectrulesreviews")] = ("SelfSubjectRulesReview", _ => Rules()),
        [("authentication.k8s.io", "selfsubjectreviews")] = ("SelfSubjectReview", User),
    };

    /// <summary>For discovery.</summary>
    public static IEnumerable<(string Group, string Plural, string Kind)> All => Known.Select(k => (k.Key.Group, k.Key.Plural, k.Value.Kind));

    public static bool Serves(ResourcePath path, string method) =>
        method == "POST" && path is { Version: "v1", Namespace: null, Name: null } && Known.ContainsKey((path.Group, path.Resource));

    public static async Task HandleAsync(ServerState server, HttpContext context, ResourcePath path, Caller caller)
    {
        var (kind, status) = Known[(path.Group, path.Resource)];
        var body = await RequestBody.ReadObjectAsync(context.Request, server.Stopping);
        Writes.TypeMeta.Settle(body, $"{path.Group}/{path.Version}", kind);
        body["metadata"] = new JsonObject { ["creationTimestamp"] = null };
        body["status"] = status(caller);
        await Response.WriteJsonAsync(context, 201, body);
    }

    private static JsonObject Rules() => new()
    {
        ["resourceRules"] = new JsonArray(new JsonObject
        {
            ["verbs"] = new JsonArray("*"), ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*"),
        }),
        ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["nonResourceURLs"] = new JsonArray("*") }),
        ["incomplete"] = false,
    };

    private static JsonObject User(Caller caller) => new()
    {
        ["userInfo"] = new JsonObject { ["username"] = caller.Name, ["groups"] = new JsonArray([.. caller.Groups, "system:authenticated"]) },
    };
}
