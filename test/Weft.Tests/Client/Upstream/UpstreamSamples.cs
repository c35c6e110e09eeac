using System.Globalization;
using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Tests.Client.Upstream;

/// <summary>Objects as a Kubernetes API server sends them, and informers over them.</summary>
internal static class UpstreamSamples
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static JsonObject Service(string name, int port = 80) => JsonNode.Parse(
        $$$"""
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"{{{name}}}","managedFields":[{"manager":"kubectl","operation":"Apply","fieldsV1":{"f:spec":{} } }]},
         "spec":{"type":"ClusterIP","clusterIP":"10.96.0.10","clusterIPs":["10.96.0.10"],"ipFamilies":["IPv4"],"internalTrafficPolicy":"Cluster","sessionAffinity":"None",
         "ports":[{"port":{{{port}}},"protocol":"TCP","targetPort":"http"}]},"status":{"loadBalancer":{} } }
        """)!.AsObject();

    public static JsonObject Slice(string service, int number, int endpoints)
    {
        var list = string.Join(',', Enumerable.Range(0, endpoints).Select(i => string.Create(CultureInfo.InvariantCulture,
            $$$"""{"addresses":["10.244.{{{number % 250}}}.{{{i + 2}}}"],"conditions":{"ready":true,"serving":true,"terminating":false},"nodeName":"n{{{i % 3}}}","targetRef":{"kind":"Pod","namespace":"default","name":"{{{service}}}-{{{i}}}","uid":"{{{Guid.NewGuid()}}}"} }""")));
        return JsonNode.Parse(
            $$$"""
            {"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{"name":"{{{service}}}-x7k2p","generateName":"{{{service}}}-",
             "labels":{"kubernetes.io/service-name":"{{{service}}}","endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io"},
             "ownerReferences":[{"apiVersion":"v1","kind":"Service","name":"{{{service}}}","uid":"{{{Guid.NewGuid()}}}","controller":true,"blockOwnerDeletion":true}],
             "managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"discovery.k8s.io/v1","time":"2026-04-22T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:addressType":{},"f:endpoints":{},"f:ports":{} } }] },
             "addressType":"IPv4","endpoints":[{{{list}}}],"ports":[{"name":"","port":8080,"protocol":"TCP"}]}
            """)!.AsObject();
    }

    /// <summary>Runs an informer while the test lasts.</summary>
    public static async Task WatchAsync<T>(KubeClient client, Func<Informer<T>, Task> test, InformerOptions? options = null)
        where T : class, IKubeObject<T>
    {
        using var stop = new CancellationTokenSource();
        var informer = new Informer<T>(client, options ?? new InformerOptions { FirstBackoff = TimeSpan.FromMilliseconds(5), LongestBackoff = TimeSpan.FromMilliseconds(100) });
        var running = informer.RunAsync(stop.Token);
        await test(informer);
        await stop.CancelAsync();
        await running.WaitAsync(Patience);
    }

    public static async Task UntilAsync(Func<bool> condition, Func<string>? what = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, what?.Invoke() ?? "did not come about within 60 s");
            await Task.Delay(10);
        }
    }

    /// <summary>Whether an informer's copy and the server's store hold the same versions of the same objects.</summary>
    public static bool Agrees<T>(this Informer<T> informer, UpstreamServer server, string resource)
        where T : class, IKubeObject<T>
    {
        var stored = server.Store.List(resource).Items.Select(json => JsonNode.Parse(json)!["metadata"]!).Select(metadata => $"{metadata["namespace"]}/{metadata["name"]}@{metadata["resourceVersion"]}");
        return informer.Items.Select(entry => $"{entry.Key.Namespace}/{entry.Key.Name}@{entry.Value.Metadata.ResourceVersion}").ToHashSet().SetEquals(stored);
    }
}
