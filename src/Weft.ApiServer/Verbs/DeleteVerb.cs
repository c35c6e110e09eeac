using System.Text.Json.Nodes;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Storage;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Verbs;

/// <summary>DELETE of one object or of a collection.</summary>
internal static class DeleteVerb
{
    public static async Task HandleAsync(ResourceRequest request)
    {
        var options = await ReadOptionsAsync(request);
        var (state, gone) = Deletion.Run(request, options);
        if (!gone || request.Kind.Strategy.ReturnsDeletedObject)
        {
            await Response.WriteObjectAsync(request, state);
            return;
        }
        var details = Status.Details(request.Kind, request.Kind.Plural, state.Name);
        details["uid"] = state.Uid;
        await Response.WriteJsonAsync(request.Context, 200, Status.Success(details));
    }

    public static async Task HandleCollectionAsync(ResourceRequest request)
    {
        var selection = ListOptions.Parse(request);
        var options = await ReadOptionsAsync(request);
        var deleted = new JsonArray();
        var snapshot = request.Server.Store.Current;
        foreach (var obj in snapshot.Of(request.Kind.StorageKey).In(request.Namespace).Where(selection.Selects))
        {
            if (TryDelete(request with { Namespace = request.Kind.Namespaced ? obj.Namespace : null, Name = obj.Name }, options) is { } state)
                deleted.Add(request.Read(state));
        }
        await Response.WriteJsonAsync(request.Context, 200, new JsonObject
        {
            ["kind"] = request.Kind.Kind + "List",
            ["apiVersion"] = request.Kind.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = snapshot.Revision.ToString() },
            ["items"] = deleted,
        });
    }

    private static async Task<DeleteOptions> ReadOptionsAsync(ResourceRequest request)
    {
        var options = await DeleteOptions.ReadAsync(request.Context.Request, request.Aborted);
        if (options.DryRun && !request.IsDryRun)
            request.Context.Request.QueryString = request.Context.Request.QueryString.Add("dryRun", "All");
        return options;
    }

    private static StoredObject? TryDelete(ResourceRequest request, DeleteOptions options)
    {
        try
        {
            return Deletion.Run(request, options).State;
        }
        catch (StatusException e) when (e.Code == 404)
        {
            return null;
        }
    }
}
