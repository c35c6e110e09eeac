using System.Security.Cryptography.X509Certificates;

namespace Weft.Kubernetes.Client;

/// <summary>Where an API server is, how to know it, and who we are to it.</summary>
/// <remarks>Read from a kubeconfig by <see cref="Load"/>, from a pod's service account by <see cref="InCluster"/>, or made by hand.</remarks>
public sealed record KubeConfig
{
    /// <summary>Base address of the API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>Name of the context this came from.</summary>
    public string? Context { get; init; }

    /// <summary>The context's namespace.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The only authorities trusted to vouch for the server, as PEM; null for those of the system.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>The name expected in the server's certificate, where it differs from the address.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Whether to take any server certificate: for experiments only.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>Bearer token.</summary>
    public string? Token { get; init; }

    /// <summary>File of a bearer token that is renewed under way; read again once a minute.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Client certificate with its chain, as PEM.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>Key of the client certificate, as PEM.</summary>
    public string? ClientKey { get; init; }

    /// <summary>Proxy to reach the server through.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Reads a kubeconfig file.</summary>
    /// <param name="path">The file; relative paths inside it are relative to its directory.</param>
    /// <param name="context">The context; null for the file's <c>current-context</c>.</param>
    /// <exception cref="KubeConfigException">The file is missing, malformed or asks for something unsupported.</exception>
    public static KubeConfig Load(string path, string? context = null) => new KubeConfigFile([path]).Resolve(context);

    /// <summary>Reads what kubectl would: <c>$KUBECONFIG</c> (several files are merged), else <c>~/.kube/config</c>, else the pod's own account.</summary>
    /// <param name="context">The context; null for the first <c>current-context</c>.</param>
    /// <param name="environment">Looks up variables; null for those of this process.</param>
    /// <exception cref="KubeConfigException">There is none, or it is malformed.</exception>
    public static KubeConfig LoadDefault(string? context = null, Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var listed = environment("KUBECONFIG");
        if (!string.IsNullOrEmpty(listed))
            return new KubeConfigFile([.. listed.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(File.Exists)]).Resolve(context);
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
        if (!File.Exists(home) && environment("KUBERNETES_SERVICE_HOST") is not null)
            return InCluster(environment: environment);
        return new KubeConfigFile([home]).Resolve(context);
    }

    /// <summary>The configuration that every pod of a cluster has.</summary>
    /// <param name="directory">Where the account's files are mounted; the token is renewed there under way.</param>
    /// <param name="environment">Looks up variables; null for those of this process.</param>
    /// <exception cref="KubeConfigException">This process does not run in a pod with a service account.</exception>
    public static KubeConfig InCluster(string directory = "/var/run/secrets/kubernetes.io/serviceaccount", Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var host = environment("KUBERNETES_SERVICE_HOST");
        var port = environment("KUBERNETES_SERVICE_PORT") ?? "443";
        if (string.IsNullOrEmpty(host))
            throw new KubeConfigException("not in a cluster: KUBERNETES_SERVICE_HOST is not set; give a kubeconfig");
        var token = Path.Combine(directory, "token");
        var scope = Path.Combine(directory, "namespace");
        return new KubeConfig
        {
            Server = new Uri($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}"),
            CertificateAuthority = KubeConfigFile.ReadText(Path.Combine(directory, "ca.crt")),
            TokenFile = File.Exists(token) ? token : throw new KubeConfigException($"{token} does not exist: the pod has no service account token"),
            Namespace = File.Exists(scope) ? File.ReadAllText(scope).Trim() : "default",
        };
    }

    internal X509Certificate2Collection? Authorities()
    {
        if (CertificateAuthority is null)
            return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(CertificateAuthority);
        }
        catch (System.Security.Cryptography.CryptographicException error)
        {
            throw new KubeConfigException($"the certificate authority of {Server} is not PEM: {error.Message}", error);
        }

        return authorities.Count > 0 ? authorities : throw new KubeConfigException($"the certificate authority of {Server} holds no certificate");
    }

    internal X509Certificate2? ClientIdentity()
    {
        if (ClientCertificate is null)
            return null;
        try
        {
            return X509Certificate2.CreateFromPem(ClientCertificate, ClientKey);
        }
        catch (System.Security.Cryptography.CryptographicException error)
        {
            throw new KubeConfigException($"the client certificate and key for {Server} do not fit or are not PEM: {error.Message}", error);
        }
    }
}

/// <summary>A kubeconfig that cannot be used; the message says which file, which entry and what to do.</summary>
public sealed class KubeConfigException(string message, Exception? inner = null) : Exception(message, inner);
