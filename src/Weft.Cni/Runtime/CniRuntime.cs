using System.Text.Json.Nodes;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;

namespace Weft.Cni.Runtime;

/// <summary>The runtime's side of the protocol: attaches containers to networks by calling chains of plugins, as container runtimes do.</summary>
/// <remarks>
/// Calls for different containers may run at the same time; calls for one container must not (specification, "Lifecycle &amp; Ordering").
/// Every failure is a <see cref="CniException"/> whose message names the plugin; cancellation throws as usual, after the plugin's process
/// was killed and, on ADD, what it had made was taken back.
/// </remarks>
public sealed class CniRuntime(CniRuntimeOptions options)
{
    private readonly PluginRunner _plugins = new(options);
    private readonly ResultCache _cache = new(options.CacheDirectory);

    /// <summary>The attachments that were made and not yet removed.</summary>
    public ResultCache Cache => _cache;

    /// <summary>Attaches the container; a chain that breaks is taken back, so that a failed ADD leaves nothing.</summary>
    /// <returns>The result of the last plugin.</returns>
    public async Task<CniResult> AddAsync(NetworkConfigList list, ContainerAttachment container, CancellationToken cancellation = default)
    {
        Validate(list, container);
        CniResult? result = null;
        try
        {
            foreach (var plugin in list.Plugins)
            {
                var output = await _plugins
                    .RunAsync("ADD", plugin.Type, container, Configure(list, plugin, container, result), cancellation).ConfigureAwait(false);
                result = ReadResult(plugin, output, list.Version);
            }

            _cache.Put(new CachedAttachment(list.Name, container, list.Document, result!), list.Version);
            return result!;
        }
        catch
        {
            await RollBackAsync(list, container, result).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Verifies an attachment; does nothing when the list forbids it.</summary>
    /// <exception cref="CniException">Something is not as ADD left it, or the version has no CHECK.</exception>
    public async Task CheckAsync(NetworkConfigList list, ContainerAttachment container, CancellationToken cancellation = default)
    {
        if (!list.Version.HasCheck)
            throw new CniException(CniErrorCode.IncompatibleVersion, $"configuration version \"{list.Version}\" does not support the CHECK command");
        if (list.DisableCheck)
            return;
        var cached = _cache.Get(list.Name, container)
            ?? throw new CniException(CniErrorCode.UnknownContainer, $"container {container.ContainerId} is not attached to network \"{list.Name}\"");
        foreach (var plugin in list.Plugins)
        {
            var config = Configure(list, plugin, container, cached.Result);
            await _plugins.RunAsync("CHECK", plugin.Type, container, config, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Detaches the container: every plugin in reverse order, with the configuration and the result that ADD used.</summary>
    /// <remarks>A failing plugin does not spare the others; the first error is thrown at the end, and the attachment stays in the cache to be tried again.</remarks>
    public async Task DeleteAsync(NetworkConfigList list, ContainerAttachment container, CancellationToken cancellation = default)
    {
        var cached = _cache.Get(list.Name, container);
        if (cached is { Config.Length: > 0 })
        {
            list = NetworkConfigList.Parse(cached.Config, list.Source);
            container = cached.Container with { Netns = container.Netns.Length > 0 ? container.Netns : cached.Container.Netns };
        }

        var failure = await DeleteChainAsync(list, container, list.Version.HasCheck ? cached?.Result : null, cancellation).ConfigureAwait(false);
        if (failure is not null)
            throw failure;
        _cache.Remove(list.Name, container);
    }

    /// <summary>Detaches the container from every network that the cache knows it on, whatever the configuration folder says by now.</summary>
    public async Task DeleteAllAsync(string containerId, CancellationToken cancellation = default)
    {
        foreach (var cached in _cache.All())
        {
            if (cached.Container.ContainerId == containerId)
                await DeleteAsync(NetworkConfigList.Parse(cached.Config, $"cache of {cached.Network}"), cached.Container, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Detaches every container that is not in <paramref name="valid"/>, then lets the plugins clean up (1.1.0).</summary>
    public async Task CollectGarbageAsync(NetworkConfigList list, IReadOnlyCollection<Attachment> valid, CancellationToken cancellation = default)
    {
        if (list.DisableGarbageCollection)
            return;
        foreach (var stale in _cache.All())
        {
            if (stale.Network == list.Name && !valid.Contains(stale.Container.Key))
                await DeleteAsync(list, stale.Container, cancellation).ConfigureAwait(false);
        }

        if (!list.Version.HasGarbageCollection)
            return;
        foreach (var plugin in list.Plugins)
        {
            var config = plugin.ForPlugin(list, ("cni.dev/valid-attachments", ToJson(valid)), ("cni.dev/attachments", ToJson(valid)));
            await _plugins.RunAsync("GC", plugin.Type, container: null, config, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the plugins whether they can serve ADD; before 1.1.0 there is no such question and the answer is yes.</summary>
    /// <exception cref="CniException">A plugin cannot; the code is 50 or 51.</exception>
    public async Task StatusAsync(NetworkConfigList list, CancellationToken cancellation = default)
    {
        if (!list.Version.HasGarbageCollection)
            return;
        foreach (var plugin in list.Plugins)
            await _plugins.RunAsync("STATUS", plugin.Type, container: null, plugin.ForPlugin(list), cancellation).ConfigureAwait(false);
    }

    /// <summary>Checks that every plugin of the list is installed and speaks the list's version.</summary>
    /// <exception cref="CniException">One is or does not; the message names the file, the plugin and the versions.</exception>
    public async Task ValidateAsync(NetworkConfigList list, CancellationToken cancellation = default)
    {
        var config = CniJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("cniVersion", list.Version.ToString());
            writer.WriteEndObject();
        });
        foreach (var plugin in list.Plugins)
        {
            try
            {
                var versions = CniJson.ReadVersions(await _plugins.RunAsync("VERSION", plugin.Type, container: null, config, cancellation).ConfigureAwait(false));
                if (!versions.Contains(list.Version))
                {
                    throw new CniException(
                        CniErrorCode.IncompatibleVersion,
                        $"plugin \"{plugin.Type}\" does not support config version \"{list.Version}\", only {string.Join(", ", versions)}");
                }
            }
            catch (CniException error)
            {
                throw new CniException(error.Code, $"{list.Source}: {error.Message}", error.Details, error);
            }
        }
    }

    private async Task RollBackAsync(NetworkConfigList list, ContainerAttachment container, CniResult? result) =>
        await DeleteChainAsync(list, container, list.Version.HasCheck ? result : null, CancellationToken.None).ConfigureAwait(false);

    private async Task<CniException?> DeleteChainAsync(
        NetworkConfigList list, ContainerAttachment container, CniResult? previous, CancellationToken cancellation)
    {
        CniException? failure = null;
        foreach (var plugin in list.Plugins.Reverse())
        {
            try
            {
                var config = Configure(list, plugin, container, previous);
                await _plugins.RunAsync("DEL", plugin.Type, container, config, cancellation).ConfigureAwait(false);
            }
            catch (CniException error)
            {
                failure ??= error;
            }
        }

        return failure;
    }

    private void Validate(NetworkConfigList list, ContainerAttachment container)
    {
        var complaint = CniNames.CheckContainerId(container.ContainerId) ?? CniNames.CheckInterfaceName(container.InterfaceName);
        if (complaint is not null)
            throw complaint;
        if (_cache.Get(list.Name, container) is not null)
        {
            throw new CniException(
                CniErrorCode.InvalidEnvironment,
                $"container {container.ContainerId} is already attached to network \"{list.Name}\" as {container.InterfaceName}: detach it first");
        }
    }

    private static byte[] Configure(NetworkConfigList list, PluginConfig plugin, ContainerAttachment container, CniResult? previous) => plugin.ForPlugin(
        list,
        ("prevResult", previous is null ? null : JsonNode.Parse(CniResultJson.ToBytes(previous, list.Version))),
        ("runtimeConfig", plugin.RuntimeConfig(container.CapabilityArguments)));

    private static CniResult ReadResult(PluginConfig plugin, byte[] output, CniVersion version)
    {
        try
        {
            return CniResultJson.Read(output, version);
        }
        catch (CniException error)
        {
            throw new CniException(error.Code, $"plugin \"{plugin.Type}\" (ADD) answered with no valid result: {error.Message}", inner: error);
        }
    }

    private static JsonArray ToJson(IEnumerable<Attachment> valid)
    {
        var array = new JsonArray();
        foreach (var attachment in valid)
            array.Add((JsonNode)new JsonObject { ["containerID"] = attachment.ContainerId, ["ifname"] = attachment.InterfaceName });
        return array;
    }
}
