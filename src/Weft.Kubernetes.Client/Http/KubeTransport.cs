using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Weft.Kubernetes.Client;

/// <summary>Connections to one API server: HTTP/2 where the server has it, TLS trusted by the given authorities only.</summary>
internal sealed class KubeTransport : IDisposable
{
    private readonly KubeConfig _config;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private string? _token;
    private DateTimeOffset _tokenRead;

    public KubeTransport(KubeConfig config, KubeClientOptions options)
    {
        (_config, _time, _timeout) = (config, options.Time, options.RequestTimeout);
        _http = new HttpClient(CreateHandler(config), disposeHandler: true)
        {
            BaseAddress = config.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = config.Server.Scheme == "https" ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
    }

    public Uri Server => _config.Server;

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and returns the answer once its head is there; a failure status is thrown.</summary>
    /// <exception cref="KubeApiException">The server refused or did not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var operation = $"{request.Method} {request.RequestUri}";
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

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <exception cref="KubeApiException">The server refused or did not answer.</exception>
    public async Task<byte[]> SendForBytesAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var response = await SendAsync(request, cancel).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_timeout);
        try
        {
            return await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (IsFailure(error, cancel))
        {
            throw KubeApiException.Unreachable($"{request.Method} {request.RequestUri}", Server, error);
        }
    }

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

    private static SocketsHttpHandler CreateHandler(KubeConfig config)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = config.TlsServerName };
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
            // As client-go: a connection that says nothing for 30 s is asked, and given up 15 s later.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
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
