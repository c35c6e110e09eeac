using System.Globalization;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Carries out plans for EndpointSlices.</summary>
internal static class SliceWriter
{
    public static async Task ApplyAsync(this ControllerContext context, SlicePlan plan, CancellationToken cancel)
    {
        var slices = context.Cluster.EndpointSlices;
        foreach (var slice in plan.Create)
            await context.CreateAsync(slices, slice.Metadata.Namespace, KubeJson.ToJson(slice), cancel).ConfigureAwait(false);
        foreach (var (from, to) in plan.Update)
            await context.PatchAsync(slices, from, to, cancel).ConfigureAwait(false);
        foreach (var slice in plan.Delete)
            await context.DeleteAsync(slices, slice, new DeleteOptions(), cancel).ConfigureAwait(false);
    }

    /// <summary>Annotations that say when what led to the present endpoints happened, or no longer say it.</summary>
    public static StringMap WithTrigger(this StringMap annotations, DateTimeOffset? trigger) => trigger is null
        ? annotations.Without(ServiceBackends.TriggerTimeAnnotation)
        : annotations.With(ServiceBackends.TriggerTimeAnnotation, trigger.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
}
