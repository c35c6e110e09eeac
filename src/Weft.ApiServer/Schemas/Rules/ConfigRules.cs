using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>ConfigMaps, Secrets and Namespaces.</summary>
internal static class ConfigRules
{
    // etcd's limit upstream; kept so that what the lab takes a cluster takes too.
    private const int MaximumBytes = 1024 * 1024;

    public static void ConfigMap(JsonObject map, Validation v)
    {
        var data = map.Object("data") ?? [];
        var binary = map.Object("binaryData") ?? [];
        foreach (var (key, _) in data)
        {
            v.Check($"data[{key}]", key, Formats.ConfigKey(key));
            if (binary.ContainsKey(key))
                v.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
        }
        foreach (var (key, _) in binary)
            v.Check($"binaryData[{key}]", key, Formats.ConfigKey(key));
        var bytes = data.Sum(e => Encoding.UTF8.GetByteCount(e.Value.Text() ?? "")) + binary.Sum(Decoded);
        if (bytes > MaximumBytes)
            v.TooLong("", MaximumBytes);
    }

    public static void ConfigMapUpdate(JsonObject map, JsonObject old, Validation v)
    {
        if (!old.Flag("immutable"))
            return;
        Frozen("immutable", map.Flag("immutable"), v);
        Frozen("data", Same(map, old, "data"), v);
        Frozen("binaryData", Same(map, old, "binaryData"), v);
    }

    /// <summary>Moves plain text into the encoded data, where it wins.</summary>
    public static void SecretDefault(JsonObject secret)
    {
        if (secret.Object("stringData") is not { } plain)
            return;
        if (secret.Object("data") is not { } data)
            secret["data"] = data = [];
        foreach (var (key, value) in plain)
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.Text() ?? ""));
        secret.Remove("stringData");
    }

    public static void Secret(JsonObject secret, Validation v)
    {
        var data = secret.Object("data") ?? [];
        foreach (var (key, _) in data)
            v.Check($"data[{key}]", key, Formats.ConfigKey(key));
        if (data.Sum(Decoded) > MaximumBytes)
            v.TooLong("data", MaximumBytes);
        foreach (var key in RequiredKeys(secret.Text("type")))
        {
            if (!data.ContainsKey(key))
                v.Required($"data[{key}]");
        }
    }

    public static void SecretUpdate(JsonObject secret, JsonObject old, Validation v)
    {
        if (secret.Text("type") != old.Text("type"))
            v.Invalid("type", secret["type"], "field is immutable");
        if (!old.Flag("immutable"))
            return;
        Frozen("immutable", secret.Flag("immutable"), v);
        Frozen("data", Same(secret, old, "data"), v);
    }

    /// <summary>The label by which selectors find a namespace.</summary>
    public static void NamespaceDefault(JsonObject ns)
    {
        if (ns.Object("metadata") is not { } meta || meta.Text("name").Length == 0)
            return;
        if (meta.Object("labels") is not { } labels)
            meta["labels"] = labels = [];
        labels["kubernetes.io/metadata.name"] = meta.Text("name");
    }

    private static string[] RequiredKeys(string type) => type switch
    {
        "kubernetes.io/tls" => ["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
        "kubernetes.io/dockercfg" => [".dockercfg"],
        "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
        _ => [],
    };

    private static int Decoded(KeyValuePair<string, JsonNode?> entry) => (entry.Value.Text()?.Length ?? 0) / 4 * 3;

    private static bool Same(JsonObject a, JsonObject b, string field) => JsonNode.DeepEquals(a[field], b[field]);

    private static void Frozen(string field, bool same, Validation v)
    {
        if (!same)
            v.Forbidden(field, "field is immutable when `immutable` is set");
    }
}
