using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Weft.Node.Status;

/// <summary>Health and figures of the agent on a loopback port: <c>/healthz</c>, and <c>/metrics</c> in Prometheus' text format.</summary>
/// <remarks>Unhealthy means that a restart may help: no turn succeeded for ten check periods. An API server that is away is no reason.</remarks>
internal sealed class AgentHealth(NodeAgentOptions options, Func<TimeSpan> staleFor)
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
        using var listener = new TcpListener(IPAddress.Loopback, options.HealthPort);
        try
        {
            listener.Start();
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(cancel).ConfigureAwait(false);
                await AnswerAsync(client, cancel).ConfigureAwait(false);
            }
        }
        catch (SocketException e)
        {
            Log.NoHealthEndpoint(logger, options.HealthPort, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }

    private async Task AnswerAsync(TcpClient client, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[2048];
            var length = await stream.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
            var path = Encoding.ASCII.GetString(buffer, 0, length).Split(' ', 3) is ["GET", var asked, _] ? asked : "";
            await stream.WriteAsync(Answer(path), limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // A client that goes away or says nothing costs nobody else anything.
        }
    }

    private byte[] Answer(string path)
    {
        var (status, body) = path switch
        {
            "/healthz" when Healthy() => ("200 OK", "ok\n"),
            "/healthz" => ("503 Service Unavailable", "no turn has succeeded for a while\n"),
            "/metrics" => ("200 OK", Metrics()),
            _ => ("404 Not Found", "/healthz or /metrics\n"),
        };
        return Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
    }

    private bool Healthy()
    {
        lock (_lock)
            return options.Time.GetElapsedTime(_lastTurn) < 10 * options.VerifyPeriod || staleFor() > TimeSpan.Zero;
    }

    private string Metrics()
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
