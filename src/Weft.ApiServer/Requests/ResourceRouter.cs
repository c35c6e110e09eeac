using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Streaming;
using Weft.ApiServer.Verbs;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Requests;

/// <summary>From a path and a method to the verb that serves it.</summary>
internal static class ResourceRouter
{
    public static Task HandleAsync(ServerState server, HttpContext context, ResourcePath path)
    {
        var kind = server.Kinds.Find(path.Group, path.Version, path.Resource);
        if (kind is null || (!kind.Namespaced && path.Namespace is not null) || (kind.Namespaced && path.Namespace is null && path.Name is not null))
            throw Status.NoSuchResource();
        var request = new ResourceRequest(server, context, kind, path.Namespace, path.Name, path.Subresource);
        return (path.Name, path.Subresource) switch
        {
            (null, _) => CollectionAsync(request),
            (_, null) => ObjectAsync(request),
            (_, "status") when kind.HasStatus => StatusAsync(request),
            (_, "scale") when kind.HasScale => ScaleSubresource.HandleAsync(request),
            (_, { } name) when kind.Subresources.Any(s => s.Name == name) => OtherAsync(request),
            _ => throw Status.NoSuchResource(),
        };
    }

    private static Task CollectionAsync(ResourceRequest request)
    {
        switch (request.Context.Request.Method)
        {
            case "GET":
                var options = ListOptions.Parse(request);
                return options.Watch ? WatchVerb.HandleAsync(request, options) : ListVerb.HandleAsync(request, options);
            case "POST" when request.Namespace is not null || !request.Kind.Namespaced:
                return CreateVerb.HandleAsync(request);
            case "DELETE" when request.Namespace is not null || !request.Kind.Namespaced:
                return DeleteVerb.HandleCollectionAsync(request);
            default:
                throw Status.MethodNotAllowed();
        }
    }

    private static Task ObjectAsync(ResourceRequest request)
    {
        switch (request.Context.Request.Method)
        {
            case "GET":
                return request.Query["watch"].ToString() is "true" or "1"
                    ? WatchVerb.HandleAsync(request, ListOptions.Parse(request))
                    : GetVerb.HandleAsync(request);
            case "PUT":
                return UpdateVerb.HandleAsync(request, WritePart.Main);
            case "PATCH":
                return PatchVerb.HandleAsync(request, WritePart.Main);
            case "DELETE":
                return DeleteVerb.HandleAsync(request);
            default:
                throw Status.MethodNotAllowed();
        }
    }

    private static Task StatusAsync(ResourceRequest request) => request.Context.Request.Method switch
    {
        "GET" => GetVerb.HandleAsync(request),
        "PUT" => UpdateVerb.HandleAsync(request, WritePart.Status),
        "PATCH" => PatchVerb.HandleAsync(request, WritePart.Status),
        _ => throw Status.MethodNotAllowed(),
    };

    private static Task OtherAsync(ResourceRequest request)
    {
        var method = request.Context.Request.Method;
        switch (request.Subresource)
        {
            case "binding" when method == "POST":
                return PodSubresources.BindAsync(request);
            case "eviction" when method == "POST":
                return PodSubresources.EvictAsync(request);
            case "finalize":
                return NamespaceFinalize.HandleAsync(request);
            case "exec" or "attach" or "portforward" when request.Kind.Kind == "Pod" && method is ("GET" or "POST"):
            case "log" when request.Kind.Kind == "Pod" && method == "GET":
                return PodStreaming.HandleAsync(request.Context, request.Server.Options.PodRuntime, request.Read(request.Find()), request.Subresource);
            default:
                throw Status.MethodNotAllowed();
        }
    }
}
