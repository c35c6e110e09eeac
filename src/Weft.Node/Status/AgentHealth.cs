using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Weft.Node.Status;

/// <summary>Health and figures of the agent on a loopback port: <c>/healthz</c>, and <c>/metrics</c> in Prometheus' text format.</summary>
/// <remarks>Unhealthy means that a restart may help: no turn succeeded for ten check periods. An API server that is away is no reason.</remarks>
/// <param name="options">The port, and what counts as a while.</param>
/// <param name="staleFor">For how long the API server has not been heard.</param>
/// <param name="writeMore">Appends the figures of others.</param>
internal sealed class AgentHealth(NodeAgentOptions options, Func<TimeSpan> staleFor, Action<StringBuilder> writeMore)
{
    private readonly Lock _lock = new();
    private long _turns;
    private long _steps;
    private long _drifts;
    private int _problems;
    private bool _served;
    private TimeSpan _last;
    private long _lastTurn = options.Time.GetTimestamp();

    /// <summary>Notes a turn.</summary>
    public void Note(TurnResult result, TimeSpan elapsed)
    {
        lock (_lock)
        {
            _turns++;
            _steps += result.Plan.Count;
            _drifts += result.Drift ? 1 : 0;
            _problems = result.Problems.Count;
            _served = result.Unserved is null;
            _last = elapsed;
            _lastTurn = options.Time.GetTimestamp();
        }
    }

    /// <summary>Serves until cancelled; not at all without a port.</summary>
    public async Task RunAsync(ILogger logger, CancellationToken cancel)
    {
        if (options.HealthPort == 0)
            return;
        try
        {
            using var server = new SmallHttpServer(IPAddress.Loopback, options.HealthPort, Answer);
            await server.RunAsync(cancel).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            Log.NoHealthEndpoint(logger, options.HealthPort, e.Message);
        }
    }

    private HttpAnswer Answer(string path) => path switch
    {
        "/healthz" when Healthy() => new HttpAnswer(200, "ok\n"),
        "/healthz" => new HttpAnswer(503, "no turn has succeeded for a while\n"),
        "/metrics" => new HttpAnswer(200, Metrics(), "text/plain; version=0.0.4"),
        _ => new HttpAnswer(404, "/healthz or /metrics\n"),
    };

    private bool Healthy()
    {
        lock (_lock)
            return options.Time.GetElapsedTime(_lastTurn) < 10 * options.VerifyPeriod || staleFor() > TimeSpan.Zero;
    }

    private string Metrics()
    {
        var text = new StringBuilder(OwnMetrics());
        writeMore(text);
        return text.ToString();
    }

    private string OwnMetrics()
    {
        lock (_lock)
        {
            return string.Create(CultureInfo.InvariantCulture, $"""
                # TYPE weft_node_turns_total counter
                weft_node_turns_total {_turns}
                # TYPE weft_node_steps_total counter
                weft_node_steps_total {_steps}
                # TYPE weft_node_repairs_total counter
                weft_node_repairs_total {_drifts}
                # TYPE weft_node_problems gauge
                weft_node_problems {_problems}
                # TYPE weft_node_network_available gauge
                weft_node_network_available {(_served ? 1 : 0)}
                # TYPE weft_node_last_turn_seconds gauge
                weft_node_last_turn_seconds {_last.TotalSeconds:F6}
                # TYPE weft_node_api_stale_seconds gauge
                weft_node_api_stale_seconds {staleFor().TotalSeconds:F3}
                # TYPE process_resident_memory_bytes gauge
                process_resident_memory_bytes {Environment.WorkingSet}

                """);
        }
    }
}
