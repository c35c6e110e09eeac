using Microsoft.Extensions.Logging;
using Weft.Kubernetes.Client;

namespace Weft.Node.Status;

/// <summary>Says, again and again while it lasts, which objects the agent waits for, why, and what to do about it.</summary>
/// <param name="server">The API server.</param>
/// <param name="states">The watches.</param>
/// <param name="logger">Where lines go.</param>
internal sealed class SupplyReport(Uri server, IReadOnlyList<IInformerState> states, ILogger logger)
{
    /// <summary>A line every <paramref name="period"/> while something is missing, until cancelled.</summary>
    public async Task RunAsync(TimeSpan period, TimeProvider time, CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(period, time, cancel).ConfigureAwait(false);
            if (Line(period) is { } line)
                Log.Supply(logger, line);
        }
    }

    /// <summary>What is missing, in one line; null when nothing is.</summary>
    /// <param name="patience">Outages shorter than this are not worth a word.</param>
    public string? Line(TimeSpan patience)
    {
        var missing = states.Where(state => !state.HasSynced).ToList();
        if (missing.Count > 0)
            return $"Waiting for {Names(missing)} from {server}: {Reason(missing)}. Until then nothing is changed: what was programmed before stays in place";
        var silent = states.Where(state => state.StaleFor >= patience).ToList();
        return silent.Count == 0
            ? null
            : $"No news of {Names(silent)} from {server} for {silent.Max(state => state.StaleFor).TotalSeconds:0} s: {Reason(silent)}. Routes and Services stay as they were; changes wait";
    }

    private static string Names(List<IInformerState> some) => string.Join(", ", some.Select(state => state.Resource.Plural));

    private static string Reason(List<IInformerState> some) =>
        some.Select(state => state.LastError).FirstOrDefault(error => error is not null) is { } error ? $"{error.Message}{Advice(error)}" : "no answer yet";

    private static string Advice(KubeApiException error) => error switch
    {
        { Code: 401 } => " (the server does not know us: check the token or client certificate of the kubeconfig)",
        { Code: 403 } => " (grant it: kubectl apply -f deploy/node-agent-rbac.yaml)",
        { Code: 429 or 503 } => " (the server is busy or starting; tried again by itself)",
        { IsUnreachable: true } when error.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) => " (check certificate-authority and tls-server-name of the kubeconfig)",
        { IsUnreachable: true } => " (check the address in the kubeconfig, and that this node reaches it without Services)",
        _ => "",
    };
}
