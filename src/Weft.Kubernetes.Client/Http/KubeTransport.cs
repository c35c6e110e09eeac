using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Weft.Kubernetes.Client;

/// <summary>Connections to one API server: HTTP/2 where the server has it, TLS trusted by the given authorities only.</summary>
internal sealed class KubeTransport : IDisposable
{
    private const int KeepAliveProbes = 3;
    private readonly KubeConfig _config;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private string? _token;
    private DateTimeOffset _tokenRead;

    public KubeTransport(KubeConfig config, KubeClientOptions options)
    {
        (_config, _time, _timeout) = (config, options.Time, options.RequestTimeout);
        _http = new HttpClient(CreateHandler(config, options), disposeHandler: true)
        {
            BaseAddress = config.Server,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
    }

    public Uri Server => _config.Server;

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and returns the answer once its head is there; a failure status is thrown.</summary>
    /// <exception cref="KubeApiException">The server refused or did not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var operation = Operation(request);
        if (Server.Scheme == "https")
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower);
        // The handler takes the name that it expects in the certificate from here, and from nowhere else.
        request.Headers.Host = _config.TlsServerName;
        if (Token() is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_timeout);
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.SwitchingProtocols)
                return response;
            using (response)
            {
                var body = await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
                throw KubeApiException.From(response, body, operation);
            }
        }
        catch (Exception error) when (IsFailure(error, cancel))
        {
            throw KubeApiException.Unreachable(operation, Server, error is OperationCanceledException ? new TimeoutException($"no answer within {_timeout.TotalSeconds:0} s") : error);
        }
    }

    /// <summary>Sends a request and reads the whole answer into <paramref name="answer"/>, from its beginning.</summary>
    /// <exception cref="KubeApiException">The server refused or did not answer.</exception>
    public async Task SendAsync(HttpRequestMessage request, MemoryStream answer, CancellationToken cancel)
    {
        answer.SetLength(0);
        using var response = await SendAsync(request, cancel).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_timeout);
        try
        {
            await response.Content.CopyToAsync(answer, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (IsFailure(error, cancel))
        {
            throw KubeApiException.Unreachable(Operation(request), Server, error);
        }
    }

    /// <summary>For messages: the selectors and page sizes of a query tell people nothing.</summary>
    private static string Operation(HttpRequestMessage request) => $"{request.Method} {request.RequestUri!.OriginalString.Split('?')[0]}";

    private static bool IsFailure(Exception error, CancellationToken cancel) =>
        error is HttpRequestException or IOException || (error is OperationCanceledException && !cancel.IsCancellationRequested);

    /// <summary>Reads the token's file again, once the server no longer takes the token.</summary>
    /// <returns>Whether there is another token now.</returns>
    public bool RenewToken()
    {
        var refused = _token;
        _token = null;
        return _config.TokenFile is not null && Token() != refused;
    }

    private string? Token()
    {
        if (_config.TokenFile is null)
            return _config.Token;
        var now = _time.GetUtcNow();
        if (_token is { } known && now - _tokenRead <= TimeSpan.FromMinutes(1))
            return known;
        var text = ReadToken(_config.TokenFile);
        (_token, _tokenRead) = (text, now);
        return text;
    }

    /// <summary>Without the file the last token may still do; without either there is nothing to send.</summary>
    private string? ReadToken(string file)
    {
        try
        {
            return KubeConfigFile.ReadText(file).Trim();
        }
        catch (KubeConfigException e)
        {
            return _token ?? throw new KubeApiException(0, "NoToken", e.Message, inner: e);
        }
    }

    private static SocketsHttpHandler CreateHandler(KubeConfig config, KubeClientOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (config.InsecureSkipTlsVerify)
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        else if (config.Authorities() is { } authorities)
            tls.CertificateChainPolicy = TrustOnly(authorities);
        if (config.ClientIdentity() is { } identity)
            tls.ClientCertificates = [identity];
        return new SocketsHttpHandler
        {
            SslOptions = tls,
            UseProxy = config.Proxy is not null,
            Proxy = config.Proxy is null ? null : new WebProxy(config.Proxy),
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = options.PingDelay,
            KeepAlivePingTimeout = options.PingTimeout,
            ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, options, cancel),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
    }

    /// <summary>HTTP/1.1 has no ping: there the kernel asks whether the other side still lives.</summary>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint server, KubeClientOptions options, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, (int)options.PingDelay.TotalSeconds));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, (int)options.PingTimeout.TotalSeconds / KeepAliveProbes));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            await socket.ConnectAsync(server, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
