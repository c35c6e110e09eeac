namespace Weft.Cni.Runtime;

/// <summary>How a <see cref="CniRuntime"/> calls plugins.</summary>
public sealed record CniRuntimeOptions
{
    /// <summary>Where plugins are looked for, in this order. The default is where Kubernetes distributions put them.</summary>
    public IReadOnlyList<string> PluginDirectories { get; init; } = ["/opt/cni/bin"];

    /// <summary>Where results are kept between ADD and DEL. The default matches libcni's.</summary>
    public string CacheDirectory { get; init; } = ResultCache.DefaultDirectory;

    /// <summary>Time for one call of one plugin. The default leaves room for several within the 2 minutes of kubelet's runtime requests.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What starts the plugins.</summary>
    public IPluginInvoker Invoker { get; init; } = new ProcessInvoker();

    /// <summary>The clock behind <see cref="Timeout"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
