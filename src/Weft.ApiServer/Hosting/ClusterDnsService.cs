using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Hosting;

/// <summary>The Service <c>kube-system/kube-dns</c>, with the name, labels and ports that installers of real clusters give it. Whoever changes it keeps his change.</summary>
internal static partial class ClusterDnsService
{
    private const string Namespace = "kube-system", Name = "kube-dns", AppLabel = "k8s-app";

    /// <summary>Creates it where it is missing. An older store may have given its addresses away: then the cluster has none.</summary>
    public static void Ensure(ServerState server)
    {
        if (server.Addresses.DnsAddresses.Count == 0 || server.Store.Current.Of(ServiceKind.Kind.StorageKey).Find(Namespace, Name) is not null)
            return;
        try
        {
            ObjectWriter.Create(new ResourceRequest(server, new DefaultHttpContext(), ServiceKind.Kind, Namespace, Name, null), Service(server));
        }
        catch (StatusException refused)
        {
            NotCreated(server.Logger, refused.Message);
        }
    }

    private static JsonObject Service(ServerState server)
    {
        var addresses = server.Addresses.DnsAddresses;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = Name,
                ["labels"] = new JsonObject { [AppLabel] = Name, ["kubernetes.io/cluster-service"] = "true" },
            },
            ["spec"] = new JsonObject
            {
                ["type"] = "ClusterIP",
                ["clusterIP"] = addresses[0].ToString(),
                ["clusterIPs"] = JsonText.List([.. addresses.Select(address => address.ToString())]),
                ["ipFamilies"] = JsonText.List([.. addresses.Select(address => address.IsV6 ? "IPv6" : "IPv4")]),
                ["ipFamilyPolicy"] = addresses.Count > 1 ? "RequireDualStack" : "SingleStack",
                ["selector"] = new JsonObject { [AppLabel] = Name },
                ["ports"] = new JsonArray(Port("dns", "UDP"), Port("dns-tcp", "TCP")),
            },
        };
    }

    private static JsonObject Port(string name, string protocol) => new() { ["name"] = name, ["port"] = 53, ["protocol"] = protocol, ["targetPort"] = 53 };

    [LoggerMessage(20, LogLevel.Warning, "The Service kube-system/kube-dns is not created: {Message}")]
    private static partial void NotCreated(ILogger logger, string message);
}
