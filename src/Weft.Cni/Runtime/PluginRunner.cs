using System.Text;
using Weft.Cni.Protocol;

namespace Weft.Cni.Runtime;

/// <summary>Finds a plugin's executable, calls it, and turns how it ended into an answer or a <see cref="CniException"/>.</summary>
internal sealed class PluginRunner(CniRuntimeOptions options)
{
    private readonly string _searchPath = string.Join(':', options.PluginDirectories);

    /// <summary>Runs one command of one plugin and returns what it printed.</summary>
    public async Task<byte[]> RunAsync(
        string command, string type, ContainerAttachment? container, byte[] config, CancellationToken cancellation)
    {
        var path = Find(type);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = options.Time.CreateTimer(_ => limit.Cancel(), null, options.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            var ended = await options.Invoker.InvokeAsync(path, Environment(command, container), config, limit.Token).ConfigureAwait(false);
            return ended.ExitCode == 0 ? ended.Output : throw Failed(command, type, ended);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CniException(
                CniErrorCode.TryAgainLater, $"plugin \"{type}\" ({command}) did not end within {options.Timeout.TotalSeconds} s and was killed");
        }
        catch (IOException error)
        {
            throw new CniException(CniErrorCode.Io, $"plugin \"{type}\" ({command}): {error.Message}", inner: error);
        }
    }

    private string Find(string type)
    {
        foreach (var directory in options.PluginDirectories)
        {
            var path = Path.Join(directory, type);
            if (options.Invoker.Exists(path))
                return path;
        }

        throw new CniException(
            CniErrorCode.InvalidConfig, $"failed to find plugin \"{type}\" in path [{string.Join(' ', options.PluginDirectories)}]");
    }

    private Dictionary<string, string> Environment(string command, ContainerAttachment? container)
    {
        var arguments = container?.Arguments.Select(pair => $"{pair.Key}={pair.Value}") ?? [];
        return new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = command,
            ["CNI_CONTAINERID"] = container?.ContainerId ?? "",
            ["CNI_NETNS"] = container?.Netns ?? "",
            ["CNI_IFNAME"] = container?.InterfaceName ?? "",
            ["CNI_ARGS"] = string.Join(';', arguments),
            ["CNI_PATH"] = _searchPath,
        };
    }

    private static CniException Failed(string command, string type, PluginOutput ended)
    {
        var prefix = $"plugin \"{type}\" failed ({command.ToLowerInvariant()}): ";
        if (CniJson.ReadError(ended.Output) is { } told)
            return new CniException(told.Code, prefix + told.Message, told.Details, told);
        var words = ended.Diagnostics.Trim();
        if (words.Length == 0)
            words = Encoding.UTF8.GetString(ended.Output).Trim();
        return CniException.Internal($"{prefix}exit code {ended.ExitCode}{(words.Length == 0 ? " without a message" : $": {words}")}");
    }
}
