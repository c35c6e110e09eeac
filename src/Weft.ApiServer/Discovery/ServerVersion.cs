using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Weft.ApiServer.Discovery;

/// <summary>What <c>/version</c> answers.</summary>
internal static class ServerVersion
{
    /// <summary>
    /// The Kubernetes version whose API this server follows. From 1.31 on kubectl streams over WebSocket; 1.33 is within one version
    /// of the kubectl of Debian 13 (1.32), which warns beyond that.
    /// </summary>
    private const string Minor = "33";

    public static JsonObject Document() => new()
    {
        ["major"] = "1",
        ["minor"] = Minor,
        ["gitVersion"] = $"v1.{Minor}.0+weft-{Weft()}",
        ["gitCommit"] = "",
        ["gitTreeState"] = "",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = RuntimeInformation.FrameworkDescription,
        ["platform"] = $"linux/{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64")}",
    };

    private static string Weft() => typeof(ServerVersion).Assembly.GetName().Version is { } version ? version.ToString(3) : "dev";
}
