using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Kubernetes;
using Weft.Lab.Nodes;
using Weft.Lab.Pods.Exec;
using Weft.Lab.Pods.Files;

namespace Weft.Lab.Pods.Probes;

/// <summary>Asks containers how they are, from their node's network as a kubelet does.</summary>
internal sealed class ProbeClient : IDisposable
{
    private const int NotFound = 127;
    private const int LongestMessage = 512;
    private readonly LabNode _node;
    private readonly HttpMessageInvoker _http;

    /// <summary>Asks from a node.</summary>
    public ProbeClient(LabNode node)
    {
        _node = node;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = async (context, ct) => new NetworkStream(await ConnectAsync(context.DnsEndPoint, ct).ConfigureAwait(false), ownsSocket: true),

            // Upstream does not verify certificates of probes either.
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Asks once.</summary>
    /// <param name="handler">How.</param>
    /// <param name="target">Whom.</param>
    /// <param name="limit">How long the answer may take.</param>
    /// <param name="ct">Ends the question without an answer.</param>
    public async Task<ProbeOutcome> AskAsync(ProbeHandler handler, ProbeTarget target, TimeSpan limit, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        either.CancelAfter(limit);
        try
        {
            return handler switch
            {
                { HttpGet: { } get } => await GetAsync(get, handler, target, either.Token).ConfigureAwait(false),
                { TcpSocket: { } open } => await OpenAsync(open.Host, handler, target, either.Token).ConfigureAwait(false),
                { Exec: { } exec } => await ExecuteAsync([.. exec.Command], target, either.Token).ConfigureAwait(false),
                { Grpc: { } grpc } => await CallAsync(grpc, handler, target, either.Token).ConfigureAwait(false),
                { Sleep: { } sleep } => await SleepAsync(sleep.Seconds, either.Token).ConfigureAwait(false),
                _ => ProbeOutcome.Ok,
            };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ProbeOutcome(false, string.Create(CultureInfo.InvariantCulture, $"no answer within {limit.TotalSeconds}s (context deadline exceeded)"));
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return new ProbeOutcome(false, $"{Subject(handler, target)}{(e.InnerException ?? e).Message}");
        }
    }

    private static async Task<ProbeOutcome> SleepAsync(long seconds, CancellationToken ct)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), ct).ConfigureAwait(false);
        return ProbeOutcome.Ok;
    }

    private async Task<ProbeOutcome> GetAsync(HttpGetAction get, ProbeHandler handler, ProbeTarget target, CancellationToken ct)
    {
        if (!Uri.TryCreate(Url(get, handler, target), UriKind.Absolute, out var url))
            return new ProbeOutcome(false, $"{Url(get, handler, target)} is no URL");
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.33");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        request.Headers.ConnectionClose = true;
        foreach (var header in get.HttpHeaders)
        {
            request.Headers.Remove(header.Name);
            request.Headers.TryAddWithoutValidation(header.Name, header.Value ?? "");
        }

        using var response = await _http.SendAsync(request, ct).ConfigureAwait(false);
        var code = (int)response.StatusCode;
        return code is >= 200 and < 400
            ? ProbeOutcome.Ok
            : new ProbeOutcome(false, string.Create(CultureInfo.InvariantCulture, $"HTTP probe failed with statuscode: {code}"));
    }

    // The small stand-in speaks no gRPC: it is well when it lets us in.
    private Task<ProbeOutcome> CallAsync(GrpcAction grpc, ProbeHandler handler, ProbeTarget target, CancellationToken ct) =>
        target.Spec is { Command: null, StandIn: null }
            ? OpenAsync(host: null, handler, target, ct)
            : GrpcHealth.CheckAsync(_http, Authority(target.Spec.Pod.Ip, grpc.Port), grpc.Service ?? "", ct);

    private async Task<ProbeOutcome> OpenAsync(string? host, ProbeHandler handler, ProbeTarget target, CancellationToken ct)
    {
        var address = string.IsNullOrEmpty(host) ? target.Spec.Pod.Ip : host;
        using var socket = await ConnectAsync(new DnsEndPoint(address, Port(handler, target)), ct).ConfigureAwait(false);
        return ProbeOutcome.Ok;
    }

    private async Task<ProbeOutcome> ExecuteAsync(string[] command, ProbeTarget target, CancellationToken ct)
    {
        await using var session = ExecSession.Start(_node, target.Pid, target.Spec, new ApiServer.Streaming.ExecRequest(command, false, true, true, false));
        using var output = new StreamReader(session.Stdout!);
        using var errors = new StreamReader(session.Stderr!);
        var said = (await output.ReadToEndAsync(ct).ConfigureAwait(false)) + await errors.ReadToEndAsync(ct).ConfigureAwait(false);
        var code = await session.ExitCode.WaitAsync(ct).ConfigureAwait(false);
        return code switch
        {
            0 => ProbeOutcome.Ok,
            NotFound => new ProbeOutcome(true, $"the host has no program '{command[0]}', so its probe counts as passed: {said.Trim()}"),
            _ => new ProbeOutcome(false, said.Length > LongestMessage ? said[..LongestMessage] : said.Length > 0 ? said : $"command ended with exit code {code}"),
        };
    }

    private async Task<Socket> ConnectAsync(DnsEndPoint target, CancellationToken ct)
    {
        if (!IPAddress.TryParse(target.Host, out var address))
            address = (await System.Net.Dns.GetHostAddressesAsync(target.Host, ct).ConfigureAwait(false))[0];

        // A socket stays in the network namespace that it was made in.
        var socket = _node.Network.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, target.Port), ct).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Subject(ProbeHandler handler, ProbeTarget target) => handler switch
    {
        { HttpGet: { } get } => $"Get \"{Url(get, handler, target)}\": ",
        _ => $"dial tcp {Authority(target.Spec.Pod.Ip, Port(handler, target))}: ",
    };

    private static string Authority(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':') ? $"[{host}]" : host)}:{port}");

    private static string Url(HttpGetAction get, ProbeHandler handler, ProbeTarget target)
    {
        var host = get.Host is { Length: > 0 } named ? named : target.Spec.Pod.Ip;
        var path = get.Path is { Length: > 0 } text ? text : "/";
        return string.Create(CultureInfo.InvariantCulture, $"{(get.Scheme ?? "HTTP").ToLowerInvariant()}://{Authority(host, Port(handler, target))}{(path[0] == '/' ? "" : "/")}{path}");
    }

    private static int Port(ProbeHandler handler, ProbeTarget target) => StandInPorts.PortOf(handler, target.Container) ?? 0;
}
