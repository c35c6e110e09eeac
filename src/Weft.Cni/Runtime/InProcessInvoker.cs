using Weft.Cni.Plugins;

namespace Weft.Cni.Runtime;

/// <summary>Runs plugins of this library without starting a process: the fake beside <see cref="ProcessInvoker"/>, for tests and tools.</summary>
/// <param name="create">Makes the plugin of a type, or returns null; the default knows those of <see cref="PluginCatalog"/>.</param>
/// <remarks>The plugin sees the namespaces of the thread that it runs on: a thread of its own, which begins in those of the process.</remarks>
public sealed class InProcessInvoker(Func<string, ICniPlugin?>? create = null) : IPluginInvoker
{
    private readonly Func<string, ICniPlugin?> _create = create ?? PluginCatalog.Create;

    /// <inheritdoc/>
    public bool Exists(string path) => _create(Path.GetFileName(path)) is not null;

    /// <inheritdoc/>
    public Task<PluginOutput> InvokeAsync(
        string path, IReadOnlyDictionary<string, string> environment, ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var type = Path.GetFileName(path);
        var plugin = _create(type) ?? throw new IOException($"cannot start {path}: no such plugin");
        return Task.Factory.StartNew(
            () =>
            {
                using var output = new MemoryStream();
                var diagnostics = new StringWriter();
                var code = PluginHost.Run(
                    type, plugin, environment.GetValueOrDefault, new MemoryStream(input.ToArray()), output, diagnostics.WriteLine);
                return new PluginOutput(code, output.ToArray(), diagnostics.ToString());
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }
}
