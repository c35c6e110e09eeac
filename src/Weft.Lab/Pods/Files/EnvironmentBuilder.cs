using System.Text;
using Weft.Kubernetes;

namespace Weft.Lab.Pods.Files;

/// <summary>A container's environment, in the order in which the kubelet makes it: what every container has, Services, envFrom, env.</summary>
internal sealed class EnvironmentBuilder(FieldPaths fields, ConfigSource source, IEnumerable<KeyValuePair<string, string>> services)
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal)
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = "/root",
    };

    /// <summary>The variables by name.</summary>
    /// <exception cref="ContainerConfigException">A ConfigMap, Secret or key that is not optional is missing.</exception>
    public async Task<IReadOnlyDictionary<string, string>> BuildAsync(Container container, string hostName, CancellationToken ct)
    {
        _variables["HOSTNAME"] = hostName;
        foreach (var (name, value) in services)
            _variables[name] = value;
        foreach (var all in container.EnvFrom.AsEnumerable())
            await AddAllAsync(all, ct).ConfigureAwait(false);
        foreach (var variable in container.Env.AsEnumerable())
        {
            if (variable.ValueFrom is not { } from)
                _variables[variable.Name] = Expansion.Expand(variable.Value ?? "", _variables);
            else if (await ValueAsync(from, container, ct).ConfigureAwait(false) is { } value)
                _variables[variable.Name] = value;
        }

        return _variables;
    }

    private async Task AddAllAsync(EnvFromSource from, CancellationToken ct)
    {
        var entries = from.ConfigMapRef is { } map
            ? await source.MapEntriesAsync(map.Name, ct).ConfigureAwait(false) ?? Missing("configmap", map.Name, map.Optional)
            : from.SecretRef is { } secret
                ? await source.SecretEntriesAsync(secret.Name, ct).ConfigureAwait(false) ?? Missing("secret", secret.Name, secret.Optional)
                : new Dictionary<string, byte[]>();
        foreach (var (key, value) in entries)
            _variables[from.Prefix + key] = Encoding.UTF8.GetString(value);
    }

    private async Task<string?> ValueAsync(EnvVarSource from, Container container, CancellationToken ct)
    {
        if (from.FieldRef is { } field)
            return fields.Find(field.FieldPath) ?? throw new ContainerConfigException($"unsupported pod fieldPath: {field.FieldPath}");
        if (from.ResourceFieldRef is { } resource)
            return fields.Find(resource, container) ?? throw new ContainerConfigException($"unsupported container resource: {resource.Resource}");
        if (from.ConfigMapKeyRef is { } mapKey)
        {
            var entries = await source.MapEntriesAsync(mapKey.Name, ct).ConfigureAwait(false) ?? Missing("configmap", mapKey.Name, mapKey.Optional);
            return Entry(entries, mapKey, "ConfigMap");
        }

        if (from.SecretKeyRef is { } secretKey)
        {
            var entries = await source.SecretEntriesAsync(secretKey.Name, ct).ConfigureAwait(false) ?? Missing("secret", secretKey.Name, secretKey.Optional);
            return Entry(entries, secretKey, "Secret");
        }

        return "";
    }

    private string? Entry(IReadOnlyDictionary<string, byte[]> entries, KeyRef key, string kind)
    {
        if (entries.TryGetValue(key.Key, out var value))
            return Encoding.UTF8.GetString(value);
        return key.Optional is true
            ? null
            : throw new ContainerConfigException($"couldn't find key {key.Key} in {kind} {fields.Pod.Metadata.Namespace}/{key.Name}");
    }

    private static Dictionary<string, byte[]> Missing(string kind, string name, bool? optional) =>
        optional is true ? [] : throw new ContainerConfigException($"{kind} \"{name}\" not found");
}
