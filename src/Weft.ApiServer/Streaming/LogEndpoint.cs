using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Weft.ApiServer.Streaming;

/// <summary><c>kubectl logs</c>.</summary>
internal static class LogEndpoint
{
    public static async Task HandleAsync(HttpContext context, IPodRuntime runtime, PodReference pod)
    {
        var query = context.Request.Query;
        var container = pod.Choose(query["container"]);
        var request = new LogRequest(
            query.Flag("follow"),
            query.Number("tailLines", 0) is { } lines ? (int)Math.Min(lines, int.MaxValue) : null,
            Since(query, Clock(context)),
            query.Flag("timestamps"),
            query.Flag("previous"),
            query.Number("limitBytes", 1));
        if (!request.Previous && pod.WhyNoLog(container) is { } why)
            throw new PodRuntimeException("BadRequest", why);
        var output = new LogStream(context.Response, request.Follow);
        // A pod that waits for a node has an empty log, as upstream has it.
        if (pod.NodeName.Length > 0)
            await runtime.LogsAsync(pod.Namespace, pod.Name, container, request, output, context.RequestAborted);
        output.Start();
    }

    private static int? Since(IQueryCollection query, TimeProvider time)
    {
        var seconds = query.Number("sinceSeconds", 1);
        if (query["sinceTime"].FirstOrDefault() is not { Length: > 0 } text)
            return seconds is { } given ? (int)Math.Min(given, int.MaxValue) : null;
        if (seconds is not null)
            throw new PodRuntimeException("Invalid", "PodLogOptions \"\" is invalid: sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified");
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start))
            throw new PodRuntimeException("BadRequest", $"parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\"");
        return (int)Math.Clamp(Math.Ceiling((time.GetUtcNow() - start).TotalSeconds), 1, int.MaxValue);
    }

    private static TimeProvider Clock(HttpContext context) => context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System;
}
