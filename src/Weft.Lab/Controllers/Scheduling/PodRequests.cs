using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>What a pod asks of a node: for each resource the larger of its containers together and its init containers one by one.</summary>
internal static class PodRequests
{
    public static Dictionary<string, Quantity> Of(Pod pod)
    {
        var sum = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.Containers)
            Add(sum, container.Resources?.Requests ?? default);
        var running = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var peak = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.InitContainers)
        {
            var requests = container.Resources?.Requests ?? default;
            if (container.RestartPolicy == "Always")
            {
                Add(sum, requests);
                Add(running, requests);
                Raise(peak, running);
                continue;
            }

            var step = new Dictionary<string, Quantity>(running, StringComparer.Ordinal);
            Add(step, requests);
            Raise(peak, step);
        }

        Raise(sum, peak);
        Add(sum, pod.Spec.Overhead);
        return sum;
    }

    public static void Add(Dictionary<string, Quantity> total, Dictionary<string, Quantity> more)
    {
        foreach (var (name, amount) in more)
            total[name] = total.GetValueOrDefault(name) + amount;
    }

    private static void Add(Dictionary<string, Quantity> total, StringMap more)
    {
        foreach (var (name, text) in more)
            total[name] = total.GetValueOrDefault(name) + Quantity.ParseOrZero(text);
    }

    private static void Raise(Dictionary<string, Quantity> total, Dictionary<string, Quantity> least)
    {
        foreach (var (name, amount) in least)
        {
            if (amount > total.GetValueOrDefault(name))
                total[name] = amount;
        }
    }
}
