using Weft.Tests.ApiServer.Server;

namespace Weft.Tests.Kubectl;

/// <summary>kubectl against a server of its own.</summary>
internal sealed class KubectlSession(TestApi api, DirectoryInfo folder) : IAsyncDisposable
{
    public static async Task<KubectlSession> StartAsync()
    {
        var api = await TestApi.StartAsync();
        var folder = Directory.CreateTempSubdirectory("weft-kubectl-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "ca.pem"), api.Host.CaCertificatePem, TestContext.Current.CancellationToken);
        return new KubectlSession(api, folder);
    }

    /// <summary>kubectl succeeds and prints this, among other things.</summary>
    public async Task SaysAsync(string expected, string? input, params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(input, arguments);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)}: {errors}");
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    /// <summary>kubectl fails and complains of this, among other things.</summary>
    public async Task FailsAsync(string expected, string? input, params string[] arguments)
    {
        var (code, _, errors) = await RunAsync(input, arguments);
        Assert.Equal(1, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(string? input, string[] arguments) => KubectlCommand.RunAsync(
        $"https://{api.Host.Endpoints[0]}", input, ["--token", api.Host.AdminToken, "--certificate-authority", Path.Combine(folder.FullName, "ca.pem"), .. arguments]);
}
