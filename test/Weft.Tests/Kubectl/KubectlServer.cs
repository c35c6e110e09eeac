using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weft.ApiServer.Json;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Streaming;

namespace Weft.Tests.Kubectl;

/// <summary>
/// As little of an API server as kubectl needs to try the schemas and the streams: discovery, OpenAPI, create, get, patch; objects in a
/// dictionary, no versions, no watches.
/// </summary>
internal sealed class KubectlServer : IAsyncDisposable
{
    private static readonly (string Path, string Kinds)[] Groups =
    [
        ("api/v1", "pods:Pod services:Service configmaps:ConfigMap secrets:Secret"),
        ("apis/apps/v1", "deployments:Deployment"),
        ("apis/networking.k8s.io/v1", "networkpolicies:NetworkPolicy"),
    ];

    private readonly ConcurrentDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private readonly IPodRuntime? _runtime;

    private KubectlServer(WebApplication app, IPodRuntime? runtime)
    {
        _app = app;
        _runtime = runtime;
    }

    /// <summary>Paths and methods in the order in which they were asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<KubectlServer> StartAsync(IPodRuntime? runtime = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new KubectlServer(app, runtime);
        app.UseWebSockets();
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Stores an object as a create would.</summary>
    public void Put(string path, string yaml)
    {
        var obj = (JsonObject)YamlText.Parse(Encoding.UTF8.GetBytes(yaml))!;
        Assert.Empty(SchemaOf(obj).Admit(obj, null, FieldValidation.Strict).Errors);
        _objects[path] = obj;
    }

    public JsonObject? Get(string path) => _objects.GetValueOrDefault(path);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IObjectSchema SchemaOf(JsonObject obj)
    {
        var version = (string)obj["apiVersion"]!;
        var slash = version.IndexOf('/');
        return ObjectSchemas.For(slash < 0 ? "" : version[..slash], version[(slash + 1)..], (string)obj["kind"]!);
    }

    private static JsonNode? Discovery(string path) => path switch
    {
        "api" => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") },
        "apis" => new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups.Skip(1).Select(g => Group(g.Path))]) },
        "version" => new JsonObject { ["major"] = "1", ["minor"] = "32", ["gitVersion"] = "v1.32.0" },
        "openapi/v3" => new JsonObject { ["paths"] = new JsonObject(Groups.Select(g => KeyValuePair.Create(g.Path, (JsonNode?)new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{g.Path}?hash=1" }))) },
        _ when path.StartsWith("openapi/v3/", StringComparison.Ordinal) => OpenApi(path["openapi/v3/".Length..]),
        _ => Array.Find(Groups, g => g.Path == path) is { Path: not null } group ? Resources(group) : null,
    };

    private static JsonObject OpenApi(string path)
    {
        var parts = path.Split('/');
        return ObjectSchemas.OpenApiV3(parts.Length == 3 ? parts[1] : "", parts[^1]);
    }

    private static JsonNode Group(string path)
    {
        var version = new JsonObject { ["groupVersion"] = path["apis/".Length..], ["version"] = path.Split('/')[2] };
        return new JsonObject { ["name"] = path.Split('/')[1], ["versions"] = new JsonArray(version), ["preferredVersion"] = version.DeepClone() };
    }

    private static JsonObject Resources((string Path, string Kinds) group)
    {
        var resources = group.Kinds.Split(' ').Select(kind => (JsonNode)new JsonObject
        {
            ["name"] = kind.Split(':')[0],
            ["singularName"] = kind.Split(':')[1].ToLowerInvariant(),
            ["kind"] = kind.Split(':')[1],
            ["namespaced"] = true,
            ["verbs"] = new JsonArray("get", "list", "create", "patch", "update", "delete"),
        });
        return new JsonObject { ["kind"] = "APIResourceList", ["groupVersion"] = group.Path[(group.Path.IndexOf('/') + 1)..], ["resources"] = new JsonArray([.. resources]) };
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Trim('/');
        Requests.Enqueue($"{context.Request.Method} {path}{context.Request.QueryString}");
        if (Discovery(path) is { } document)
            await SendAsync(context, 200, document);
        else if (path.Split('/') is [.. var start, var verb] && verb is ("exec" or "attach" or "portforward" or "log") && _objects.TryGetValue(string.Join('/', start), out var pod))
            await PodStreaming.HandleAsync(context, _runtime, pod, verb);
        else if (context.Request.Method == "GET")
            await SendAsync(context, _objects.ContainsKey(path) ? 200 : 404, (JsonNode?)Get(path)?.DeepClone() ?? Failure(404, "NotFound", "not found"));
        else
            await WriteObjectAsync(context, path);
    }

    private async Task WriteObjectAsync(HttpContext context, string path)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var old = Get(path);
        var obj = context.Request.Method == "PATCH" ? SchemaOf(old!).StrategicMerge(old!, body).AsObject() : body;
        var mode = Enum.TryParse<FieldValidation>(context.Request.Query["fieldValidation"], out var asked) ? asked : FieldValidation.Warn;
        var result = SchemaOf(obj).Admit(obj, old, mode);
        foreach (var warning in result.Warnings)
            context.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        if (result.BadRequest is { } bad)
        {
            await SendAsync(context, 400, Failure(400, "BadRequest", bad));
        }
        else if (result.Errors.Count > 0)
        {
            await SendAsync(context, 422, Failure(422, "Invalid", string.Join(", ", result.Errors)));
        }
        else
        {
            _objects[context.Request.Method == "POST" ? $"{path}/{obj["metadata"]!["name"]}" : path] = obj;
            await SendAsync(context, 201, obj.DeepClone());
        }
    }

    private static JsonObject Failure(int code, string reason, string message) => new()
    {
        ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["code"] = code, ["reason"] = reason, ["message"] = message,
    };

    private static Task SendAsync(HttpContext context, int code, JsonNode body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }
}
