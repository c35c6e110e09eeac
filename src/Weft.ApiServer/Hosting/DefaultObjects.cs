using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Hosting;

/// <summary>What every cluster has from its first moment: four namespaces, the Service that leads to the API server itself, and, if wanted, the one of cluster DNS.</summary>
internal static class DefaultObjects
{
    private const string ServiceName = "kubernetes";

    private static readonly string[] Namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    public static void Ensure(ServerState server)
    {
        foreach (var name in Namespaces)
            Put(server, NamespaceKind.Kind, null, name, new JsonObject());
        var labels = new JsonObject { ["component"] = "apiserver", ["provider"] = ServiceName };
        Put(server, ServiceKind.Kind, "default", ServiceName, new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = labels },
            ["spec"] = ServiceSpec(server),
        });
        ClusterDnsService.Ensure(server);
        if (server.Options.AdvertiseEndpoint is not { } endpoint)
            return;
        var address = endpoint.Address.ToString();
        Put(server, EndpointsKind.Kind, "default", ServiceName, new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["endpointslice.kubernetes.io/skip-mirror"] = "true" } },
            ["subsets"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(new JsonObject { ["ip"] = address }), ["ports"] = Ports(endpoint.Port) }),
        });
        Put(server, EndpointSliceKind.Kind, "default", ServiceName, new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = ServiceName } },
            ["addressType"] = endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4",
            ["endpoints"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(address), ["conditions"] = new JsonObject { ["ready"] = true } }),
            ["ports"] = Ports(endpoint.Port),
        });
    }

    private static JsonObject ServiceSpec(ServerState server) => new()
    {
        ["type"] = "ClusterIP",
        ["clusterIP"] = server.Addresses.KubernetesAddresses[0].ToString(),
        ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["protocol"] = "TCP", ["targetPort"] = server.Options.AdvertiseEndpoint?.Port ?? 6443 }),
        ["sessionAffinity"] = "None",
    };

    private static JsonArray Ports(int port) => new(new JsonObject { ["name"] = "https", ["port"] = port, ["protocol"] = "TCP" });

    /// <summary>Creates the object, or brings the fields of an older run up to date.</summary>
    private static void Put(ServerState server, ResourceKind kind, string? ns, string name, JsonObject wanted)
    {
        var context = new DefaultHttpContext();
        var request = new ResourceRequest(server, context, kind, ns, name, null);
        (wanted["metadata"] as JsonObject ?? (JsonObject)(wanted["metadata"] = new JsonObject()))["name"] = name;
        if (server.Store.Current.Of(kind.StorageKey).Find(ns ?? "", name) is null)
            ObjectWriter.Create(request, wanted);
        else
        {
            ObjectWriter.Update(request, WritePart.Main, old =>
            {
                foreach (var (field, value) in wanted.Where(f => f.Key != "metadata"))
                    old[field] = value?.DeepClone();
                return old;
            });
        }
    }
}
