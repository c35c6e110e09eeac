using System.Net;
using Weft.ApiServer;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Lab.Controllers;
using Weft.Model;

namespace Weft.Cli.ApiServing;

/// <summary>The embedded API server in a process of its own, until it is told to end.</summary>
internal sealed class ApiServerRun(ApiServerRequest request)
{
    private const string ClusterName = "weft";
    private static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(365);

    /// <returns>0, once the end was asked for.</returns>
    /// <exception cref="LabException">It cannot start; the message says why.</exception>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var folder = request.State is { } state ? Path.GetFullPath(state) : Directory.CreateTempSubdirectory("weft-api-server-").FullName;
        try
        {
            await using var host = await StartAsync(folder, ct);
            var url = $"https://{Reachable(host.Endpoints[0])}";
            var kubeconfig = request.Kubeconfig is { } file ? Path.GetFullPath(file) : Path.Combine(folder, "kubeconfig");
            Write(kubeconfig, Kubeconfig(host, url));
            foreach (var endpoint in host.Endpoints)
                Console.WriteLine($"listening on https://{endpoint}");
            Console.WriteLine($"kubeconfig {kubeconfig}");
            await (request.Controllers ? RunControllersAsync(kubeconfig, host, url, ct) : Task.Delay(Timeout.Infinite, ct));
            return 0;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return 0;
        }
        catch (ApiServerException e)
        {
            throw new LabException(e.Message, e);
        }
        finally
        {
            if (request.State is null)
                Directory.Delete(folder, recursive: true);
        }
    }

    private Task<ApiServerHost> StartAsync(string folder, CancellationToken ct) => ApiServerHost.StartAsync(
        new ApiServerOptions
        {
            StateDirectory = folder,
            DatabasePath = request.Ephemeral || request.State is null ? null : Path.Combine(folder, "store.db"),
            Listen = request.Listen,
            ServiceCidrs = request.ServiceCidrs,
            NodePorts = request.NodePorts,
            CertificateNames = request.CertificateNames,
            PodEvictionTimeout = request.PodEvictionTimeout,
            AdvertiseEndpoint = request.Listen.FirstOrDefault(endpoint => endpoint.Port != 0 && !IsAny(endpoint) && !IPAddress.IsLoopback(endpoint.Address)),
        },
        ct);

    private string Kubeconfig(ApiServerHost host, string url)
    {
        if (request.ClientIdentity .Count == 0)
            return host.Kubeconfig(url, ClusterName);
        return host.Kubeconfig(url, ClusterName, host.IssueClientCertificate(request.ClientIdentity[0], request.ClientIdentity.Skip(1), CertificateLifetime));
    }

    private async Task RunControllersAsync(string kubeconfig, ApiServerHost host, string url, CancellationToken ct)
    {
        using var client = new KubeClient(KubeConfig.Load(kubeconfig) with { Server = new Uri(url), Token = host.AdminToken });
        var options = new ControllerOptions
        {
            ServiceCidrs = request.ServiceCidrs.Select(cidr => IpPrefix.Parse(cidr)).ToEquatableArray(),
            NodeMonitorGracePeriod = request.NodeMonitorGracePeriod,
            DefaultToleration = request.PodEvictionTimeout,
            LoadBalancerRanges = request.LoadBalancerRanges,
        };
        await LabControllers.RunAsync(client, options, ct);
    }

    private static void Write(string kubeconfig, string text)
    {
        try
        {
            LabDirectory.Write(kubeconfig, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"the kubeconfig {kubeconfig} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Where a client on this machine finds a server that listens on every address.</summary>
    private static IPEndPoint Reachable(IPEndPoint endpoint) => IsAny(endpoint)
        ? new IPEndPoint(endpoint.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : IPAddress.IPv6Loopback, endpoint.Port)
        : endpoint;

    private static bool IsAny(IPEndPoint endpoint) => endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
}
