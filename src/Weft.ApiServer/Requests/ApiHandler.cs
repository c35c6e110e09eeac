using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Discovery;

namespace Weft.ApiServer.Requests;

/// <summary>The entry of every request: who asks, for what; and the end of every error.</summary>
internal sealed class ApiHandler(ServerState server)
{
    private static readonly ReadOnlyMemory<byte> Ok = "ok"u8.ToArray();

    private readonly Authenticator _authenticator = new(server.AdminToken, new ClientCertificates(server.Authority.Certificate, server.Time));
    private readonly DiscoveryDocuments _discovery = new(server.Kinds);
    private readonly OpenApiDocuments _openApi = new(server.Kinds);

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context);
        }
        catch (StatusException e)
        {
            await FailAsync(context, e);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left: nobody reads an answer.
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            Log.RequestFailed(server.Logger, context.Request.Method, context.Request.Path, e);
            await FailAsync(context, new StatusException(500, "InternalError", $"Internal error occurred: {e.Message}"));
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        switch (path)
        {
            case "/healthz" or "/livez" or "/readyz":
                return Response.WriteBytesAsync(context, 200, Ok, "text/plain; charset=utf-8");
            case "/version" or "/version/":
                return Response.WriteJsonAsync(context, 200, ServerVersion.Document());
        }
        var caller = _authenticator.Authenticate(context);
        if (_discovery.TryFind(path, context.Request, out var document))
            return document.WriteAsync(context);
        if (_openApi.Matches(path))
            return _openApi.WriteAsync(context, path);
        if (ResourcePath.Parse(path) is not { } resource)
            throw Status.NoSuchResource();
        return Reviews.Serves(resource, context.Request.Method)
            ? Reviews.HandleAsync(server, context, resource, caller)
            : ResourceRouter.HandleAsync(server, context, resource);
    }

    private static Task FailAsync(HttpContext context, StatusException error)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        context.Response.Headers.Remove("Warning");
        if (error.Code == 401)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        return Response.WriteJsonAsync(context, error.Code, error.ToStatus());
    }
}
