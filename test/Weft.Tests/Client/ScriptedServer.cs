using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weft.Kubernetes.Client;

namespace Weft.Tests.Client;

/// <summary>An HTTP server that answers as a test says, request by request.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public List<string> Requests { get; } = [];

    public Uri Address => new(_app.Urls.First());

    public static async Task<ScriptedServer> StartAsync(Func<HttpContext, Task> answer, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.Run(async context =>
        {
            lock (server.Requests)
                server.Requests.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            await answer(context);
        });
        await app.StartAsync();
        return server;
    }

    public KubeClient Client(KubeClientOptions? options = null) => new(new KubeConfig { Server = Address }, options);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>Short ways to answer as an API server does.</summary>
internal static class Answers
{
    public static bool IsWatch(this HttpContext context) => context.Request.Query["watch"] == "true";

    public static async Task SendAsync(this HttpContext context, string body, int status = 200)
    {
        if (!context.Response.HasStarted)
            (context.Response.StatusCode, context.Response.ContentType) = (status, "application/json");
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        await context.Response.Body.FlushAsync();
    }

    public static Task SendStatusAsync(this HttpContext context, int code, string reason, string message) => context.SendAsync(Status(code, reason, message), code);

    public static string Status(int code, string reason, string message) =>
        $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}}}""";

    public static string Pod(string name, int version, string ns = "default") =>
        $$$"""{"kind":"Pod","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}","uid":"u-{{{name}}}","resourceVersion":"{{{version}}}"}}""";

    public static string PodList(int version, params string[] items) =>
        $$"""{"kind":"PodList","metadata":{"resourceVersion":"{{version}}"},"items":[{{string.Join(',', items)}}]}""";

    public static string Event(string type, string obj) => $"{{\"type\":\"{type}\",\"object\":{obj}}}\n";
}
