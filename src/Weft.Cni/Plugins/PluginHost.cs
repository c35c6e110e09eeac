using System.Text.Json;
using Weft.Cni.Protocol;
using Weft.Netlink;
using Weft.Netlink.Nftables;

namespace Weft.Cni.Plugins;

/// <summary>The frame around a plugin: reads the environment and stdin, calls the plugin, prints the result or the error.</summary>
/// <remarks>
/// Success is exit code 0 and a result (ADD), a list (VERSION) or nothing on stdout; failure is exit code 1 and an error document on
/// stdout. Without CNI_COMMAND it says on stderr what it is.
/// </remarks>
public static class PluginHost
{
    /// <summary>Runs one call.</summary>
    /// <param name="type">The plugin's type, for messages.</param>
    /// <param name="plugin">The plugin.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="input">The configuration.</param>
    /// <param name="output">Takes the answer.</param>
    /// <param name="diagnostics">Takes a line for people.</param>
    /// <returns>The exit code.</returns>
    public static int Run(
        string type, ICniPlugin plugin, Func<string, string?> environment, Stream input, Stream output, Action<string> diagnostics)
    {
        var version = CniVersion.Current;
        try
        {
            var command = environment("CNI_COMMAND");
            if (string.IsNullOrEmpty(command))
            {
                diagnostics($"CNI plugin {type} of Weft {typeof(PluginHost).Assembly.GetName().Version?.ToString(3)}");
                diagnostics($"CNI protocol versions supported: {string.Join(", ", CniVersion.All)}");
                return 0;
            }

            if (command == "VERSION")
                output.Write(CniJson.VersionsToBytes());
            else
                Run(plugin, RequestReader.Read(command, environment, input, ref version), output);
            return 0;
        }
        catch (Exception error)
        {
            output.Write(CniJson.ErrorToBytes(Describe(error), version));
            return 1;
        }
    }

    private static void Run(ICniPlugin plugin, PluginRequest request, Stream output)
    {
        switch (request.Command)
        {
            case CniCommand.Add:
                output.Write(CniResultJson.ToBytes(plugin.Add(request), request.Version));
                break;
            case CniCommand.Check:
                plugin.Check(request);
                break;
            case CniCommand.Del:
                plugin.Delete(request);
                break;
            case CniCommand.Gc:
                plugin.CollectGarbage(request);
                break;
            case CniCommand.Status:
                plugin.Status(request);
                break;
        }
    }

    private static CniException Describe(Exception error) => error switch
    {
        CniException known => known,
        JsonException => new CniException(CniErrorCode.Decoding, $"error unmarshall network config: {error.Message}"),
        NetlinkException or NftException => CniException.Internal(error.Message),
        IOException or UnauthorizedAccessException => new CniException(CniErrorCode.Io, error.Message),
        _ => new CniException(CniErrorCode.Internal, error.Message, error.ToString()),
    };
}
