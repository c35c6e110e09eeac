using System.Text;
using System.Text.Json.Nodes;

namespace Weft.Kubernetes.Client;

/// <summary>One or more kubeconfig files, read as kubectl merges them: the first that sets a thing wins.</summary>
internal sealed class KubeConfigFile
{
    private readonly List<(string Path, JsonObject Root)> _files = [];

    public KubeConfigFile(IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
            _files.Add((path, Parse(path)));
        if (_files.Count == 0)
            throw new KubeConfigException("no kubeconfig: none of the files in KUBECONFIG exists");
    }

    private string Names => string.Join(", ", _files.Select(file => file.Path));

    public static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"cannot read {path}: {error.Message}", error);
        }
    }

    public KubeConfig Resolve(string? contextName)
    {
        contextName ??= _files.Select(file => Text(file.Root, "current-context")).FirstOrDefault(name => !string.IsNullOrEmpty(name))
            ?? throw new KubeConfigException($"{Names}: no current-context; name a context");
        var (context, _) = Entry("contexts", "context", contextName);
        var (cluster, clusterFile) = Entry("clusters", "cluster", Required(context, "cluster", $"context '{contextName}'"));
        var userName = Text(context, "user");
        var (user, userFile) = string.IsNullOrEmpty(userName) ? (new JsonObject(), clusterFile) : Entry("users", "user", userName);
        RefuseUnsupported(user, userName);
        return new KubeConfig
        {
            Server = Address(Required(cluster, "server", "the cluster"), "server"),
            Context = contextName,
            Namespace = Text(context, "namespace") is { Length: > 0 } scope ? scope : "default",
            CertificateAuthority = Pem(cluster, "certificate-authority", clusterFile),
            TlsServerName = Text(cluster, "tls-server-name"),
            InsecureSkipTlsVerify = cluster["insecure-skip-tls-verify"]?.GetValue<bool>() ?? false,
            Proxy = Text(cluster, "proxy-url") is { Length: > 0 } proxy ? Address(proxy, "proxy-url") : null,
            Token = Text(user, "token"),
            TokenFile = Text(user, "tokenFile") is { Length: > 0 } file ? Beside(userFile, file) : null,
            ClientCertificate = Pem(user, "client-certificate", userFile),
            ClientKey = Pem(user, "client-key", userFile),
        };
    }

    private static JsonObject Parse(string path)
    {
        try
        {
            return Manifests.LoadDocument(ReadText(path), path);
        }
        catch (ManifestException error)
        {
            throw new KubeConfigException(error.Message, error);
        }
    }

    private (JsonObject Value, string Path) Entry(string list, string member, string name)
    {
        foreach (var (path, root) in _files)
        {
            var entry = (root[list] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(item => Text(item, "name") == name);
            if (entry?[member] is JsonObject value)
                return (value, path);
        }

        var known = _files.SelectMany(file => (file.Root[list] as JsonArray ?? []).OfType<JsonObject>()).Select(item => Text(item, "name"));
        throw new KubeConfigException($"{Names}: no {member} '{name}'; there are: {string.Join(", ", known)}");
    }

    private void RefuseUnsupported(JsonObject user, string? name)
    {
        foreach (var field in (string[])["exec", "auth-provider", "username"])
        {
            if (user[field] is not null)
                throw new KubeConfigException($"{Names}: user '{name}' uses '{field}', which is not supported; use a token, tokenFile or client certificate");
        }
    }

    private static string? Pem(JsonObject obj, string field, string file)
    {
        if (Text(obj, $"{field}-data") is { Length: > 0 } data)
        {
            var bytes = new byte[data.Length];
            return Convert.TryFromBase64String(data, bytes, out var length)
                ? Encoding.UTF8.GetString(bytes, 0, length)
                : throw new KubeConfigException($"{file}: {field}-data is not base64");
        }

        return Text(obj, field) is { Length: > 0 } path ? ReadText(Beside(file, path)) : null;
    }

    private static Uri Address(string text, string field) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")
            ? address
            : throw new KubeConfigException($"{field} '{text}' is not an http or https address");

    private static string Beside(string file, string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, path);

    private string Required(JsonObject obj, string field, string owner) =>
        Text(obj, field) is { Length: > 0 } text ? text : throw new KubeConfigException($"{Names}: {owner} has no '{field}'");

    private static string? Text(JsonObject obj, string field) =>
        obj[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
