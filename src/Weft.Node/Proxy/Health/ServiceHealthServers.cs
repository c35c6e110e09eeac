using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Model;
using Weft.Model.Services;
using Weft.Node.Status;

namespace Weft.Node.Proxy.Health;

/// <summary>One small server per <c>healthCheckNodePort</c>: a load balancer asks it whether this node has endpoints of the Service.</summary>
/// <param name="isHealthy">Whether the proxy itself is well; else no node should be sent to.</param>
internal sealed class ServiceHealthServers(Func<bool> isHealthy) : IDisposable
{
    private readonly Dictionary<ushort, Server> _servers = [];
    private EquatableArray<Problem> _problems;
    private EquatableArray<ServiceHealthCheck> _checks;
    private EquatableArray<IpAddress>? _addresses;

    /// <summary>Serves these from now on, and no others.</summary>
    /// <param name="checks">The ports and their answers.</param>
    /// <param name="addresses">The addresses to listen on, sorted; null for all of the machine.</param>
    /// <returns>One problem for each port that is taken; it is tried again on the next call.</returns>
    public EquatableArray<Problem> Serve(EquatableArray<ServiceHealthCheck> checks, EquatableArray<IpAddress>? addresses = null)
    {
        if (checks == _checks && addresses == _addresses && _problems.Count == 0)
            return _problems;
        var kept = addresses == _addresses ? checks.Select(check => check.Port) : [];
        (_checks, _addresses) = (checks, addresses);
        foreach (var port in _servers.Keys.Except(kept).ToList())
        {
            _servers.Remove(port, out var server);
            server!.Dispose();
        }

        var problems = ImmutableArray.CreateBuilder<Problem>();
        foreach (var check in checks)
        {
            if (_servers.TryGetValue(check.Port, out var server))
                server.Check = check;
            else if (Start(check) is { } problem)
                problems.Add(problem);
        }

        return _problems = problems.DrainToImmutable();
    }

    /// <summary>Stops all.</summary>
    public void Dispose()
    {
        foreach (var server in _servers.Values)
            server.Dispose();
        _servers.Clear();
    }

    private Problem? Start(ServiceHealthCheck check)
    {
        try
        {
            _servers.Add(check.Port, new Server(check, _addresses, isHealthy));
            return null;
        }
        catch (SocketException error)
        {
            return new Problem($"Service {check.Namespace}/{check.Service}", "FailedToStartServiceHealthcheck", string.Create(
                CultureInfo.InvariantCulture, $"healthCheckNodePort {check.Port} cannot be served on this node: {error.Message}"));
        }
    }

    private sealed class Server : IDisposable
    {
        private readonly List<SmallHttpServer> _http = [];
        private readonly Func<bool> _isHealthy;
        private volatile Boxed _check;

        public Server(ServiceHealthCheck check, EquatableArray<IpAddress>? addresses, Func<bool> isHealthy)
        {
            _check = new Boxed(check);
            _isHealthy = isHealthy;
            try
            {
                if (addresses is null)
                    Listen(address: null, check.Port);
                foreach (var address in addresses ?? [])
                    Listen(address.ToIPAddress(), check.Port);
            }
            catch (SocketException)
            {
                Dispose();
                throw;
            }
        }

        public ServiceHealthCheck Check
        {
            set => _check = new Boxed(value);
        }

        public void Dispose() => _http.ForEach(server => server.Dispose());

        private void Listen(IPAddress? address, ushort port)
        {
            var server = new SmallHttpServer(address, port, _ => Answer(_check.Value));
            _http.Add(server);
            _ = server.RunAsync(CancellationToken.None);
        }

        private HttpAnswer Answer(ServiceHealthCheck check)
        {
            var healthy = _isHealthy();
            var body = string.Create(CultureInfo.InvariantCulture, $$"""
                {
                	"service": {
                		"namespace": "{{check.Namespace}}",
                		"name": "{{check.Service}}"
                	},
                	"localEndpoints": {{check.LocalEndpoints}},
                	"serviceProxyHealthy": {{(healthy ? "true" : "false")}}
                }
                """);
            return HttpAnswer.Json(
                healthy && check.LocalEndpoints > 0, body, string.Create(CultureInfo.InvariantCulture, $"X-Load-Balancing-Endpoint-Weight: {check.LocalEndpoints}\r\n"));
        }

        private sealed record Boxed(ServiceHealthCheck Value);
    }
}
