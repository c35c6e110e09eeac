using System.Globalization;
using System.Text;
using Weft.Kubernetes;
using Weft.Lab.Nodes;

namespace Weft.Lab.Pods.Files;

/// <summary>A volume's content on the node, as the node sees it.</summary>
/// <param name="Path">A folder or file.</param>
/// <param name="ReadOnly">Whether containers may only read it, whatever they ask for.</param>
internal sealed record PreparedVolume(string Path, bool ReadOnly = false);

/// <summary>Fills the volumes of one pod, in the node's memory: they end with the pod, at the latest with the node.</summary>
internal sealed class VolumeStore(LabNode node, Pod pod)
{
    private const int DefaultMode = 0x1A4; // 0644, the API's default
    private readonly string _folder = $"/run/weft/pods/{pod.Metadata.Uid}";

    /// <summary>Makes every volume of the pod.</summary>
    /// <exception cref="VolumeException">One cannot be made yet, or ever.</exception>
    public async Task<IReadOnlyDictionary<string, PreparedVolume>> PrepareAsync(ConfigSource source, FieldPaths fields, CancellationToken ct)
    {
        var volumes = new Dictionary<string, PreparedVolume>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec.Volumes.AsEnumerable())
        {
            try
            {
                volumes[volume.Name] = await PrepareAsync(volume, source, fields, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ContainerConfigException or IOException or UnauthorizedAccessException)
            {
                throw new VolumeException($"MountVolume.SetUp failed for volume \"{volume.Name}\" : {e.Message}");
            }
        }

        return volumes;
    }

    /// <summary>Where a mount of a volume comes from, subPath included; missing folders of an own volume are made.</summary>
    /// <exception cref="ContainerConfigException">The subPath leads out of the volume.</exception>
    public string SourceOf(PreparedVolume volume, string? subPath)
    {
        if (string.IsNullOrEmpty(subPath))
            return volume.Path;
        if (subPath.StartsWith('/') || subPath.Split('/').Contains(".."))
            throw new ContainerConfigException($"failed to prepare subPath \"{subPath}\": it must stay within the volume");
        var path = Path.Combine(volume.Path, subPath);
        if (!volume.ReadOnly && !Path.Exists(Seen(path)))
            Directory.CreateDirectory(Seen(path));
        return path;
    }

    /// <summary>Removes everything.</summary>
    public void Delete()
    {
        if (Directory.Exists(Seen(_folder)))
            Directory.Delete(Seen(_folder), recursive: true);
    }

    private async Task<PreparedVolume> PrepareAsync(Volume volume, ConfigSource source, FieldPaths fields, CancellationToken ct)
    {
        var path = $"{_folder}/volumes/{volume.Name}";
        if (volume.HostPath is { } host)
            return HostPath(host, path);
        Directory.CreateDirectory(Seen(path));
        if (volume.ConfigMap is { } map)
            await WriteAsync(path, map, map.DefaultMode, source, ct).ConfigureAwait(false);
        else if (volume.Secret is { } secret)
            await WriteAsync(path, secret, secret.DefaultMode, source, ct).ConfigureAwait(false);
        else if (volume.DownwardAPI is { } downward)
            Write(path, downward, downward.DefaultMode, fields);
        else if (volume.Projected is { } projected)
            await WriteAsync(path, projected, source, fields, ct).ConfigureAwait(false);
        else
            return EmptyDir(path);
        return new PreparedVolume(path, ReadOnly: true);
    }

    private PreparedVolume EmptyDir(string path)
    {
        File.SetUnixFileMode(Seen(path), (UnixFileMode)0x1FF /* 0777, as the kubelet makes them */);
        return new PreparedVolume(path);
    }

    // What the host lacks becomes an empty folder of this pod: a lab leaves nothing on the host.
    private PreparedVolume HostPath(HostPathVolume host, string path)
    {
        var isFolder = Directory.Exists(Seen(host.Path));
        var isFile = !isFolder && File.Exists(Seen(host.Path));
        if ((host.Type == "Directory" && !isFolder) || (host.Type == "File" && !isFile))
            throw new ContainerConfigException($"hostPath type check failed: {host.Path} is not a {(host.Type == "File" ? "file" : "directory")}");
        if (isFolder || isFile)
            return new PreparedVolume(host.Path);
        if (host.Type is "FileOrCreate")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Seen(path))!);
            File.WriteAllBytes(Seen(path), []);
        }
        else
        {
            Directory.CreateDirectory(Seen(path));
        }

        return new PreparedVolume(path);
    }

    private async Task WriteAsync(string path, ConfigMapVolume map, int? mode, ConfigSource source, CancellationToken ct) => Write(
        path, await source.MapEntriesAsync(map.Name, ct).ConfigureAwait(false), map.Items, map.Optional, mode, $"configmap \"{map.Name}\"");

    private async Task WriteAsync(string path, SecretVolume secret, int? mode, ConfigSource source, CancellationToken ct)
    {
        var name = secret.SecretName ?? secret.Name ?? "";
        Write(path, await source.SecretEntriesAsync(name, ct).ConfigureAwait(false), secret.Items, secret.Optional, mode, $"secret \"{name}\"");
    }

    private async Task WriteAsync(string path, ProjectedVolume projected, ConfigSource source, FieldPaths fields, CancellationToken ct)
    {
        foreach (var part in projected.Sources.AsEnumerable())
        {
            if (part.ConfigMap is { } map)
                await WriteAsync(path, map, projected.DefaultMode, source, ct).ConfigureAwait(false);
            if (part.Secret is { } secret)
                await WriteAsync(path, secret, projected.DefaultMode, source, ct).ConfigureAwait(false);
            if (part.DownwardAPI is { } downward)
                Write(path, downward, projected.DefaultMode, fields);
        }
    }

    private void Write(string path, DownwardApiVolume downward, int? mode, FieldPaths fields)
    {
        foreach (var item in downward.Items)
        {
            var value = item.FieldRef is { } field ? fields.Find(field.FieldPath)
                : item.ResourceFieldRef is { } resource && pod.Spec.Containers.Count > 0 ? fields.Find(resource, pod.Spec.Containers[0])
                : null;
            WriteFile(path, item.Path, Encoding.UTF8.GetBytes(value ?? throw new ContainerConfigException("unsupported field of the pod")), item.Mode ?? mode);
        }
    }

    private void Write(
        string path, IReadOnlyDictionary<string, byte[]>? entries, IReadOnlyCollection<KeyToPath> items, bool? optional, int? mode, string what)
    {
        if (entries is null && optional is not true)
            throw new ContainerConfigException($"{what} not found");
        entries ??= new Dictionary<string, byte[]>();
        if (items.Count == 0)
            items = [.. entries.Keys.Select(key => new KeyToPath { Key = key, Path = key })];
        foreach (var item in items)
        {
            if (entries.TryGetValue(item.Key, out var bytes))
                WriteFile(path, item.Path, bytes, item.Mode ?? mode);
            else if (optional is not true)
                throw new ContainerConfigException($"references non-existent {what} key: {item.Key}");
        }
    }

    private void WriteFile(string folder, string name, byte[] bytes, int? mode)
    {
        if (name.StartsWith('/') || name.Split('/').Contains(".."))
            throw new ContainerConfigException(string.Create(CultureInfo.InvariantCulture, $"path '{name}' must stay within the volume"));
        var path = Path.Combine(Seen(folder), name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        File.SetUnixFileMode(path, (UnixFileMode)((mode ?? DefaultMode) & 0x1FF));
    }

    private string Seen(string path) => node.RootPath + path;
}

/// <summary>A volume cannot be made (yet); the message goes into a FailedMount event.</summary>
internal sealed class VolumeException(string message) : Exception(message);
