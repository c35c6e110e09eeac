using Weft.Cni.HostLocal;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;

namespace Weft.Cni.Attach;

/// <summary>Calls the plugin that hands out addresses (<c>ipam.type</c>): ours within this process, another by executing it.</summary>
internal sealed class Ipam
{
    private readonly ICniPlugin _plugin;

    private Ipam(ICniPlugin plugin) => _plugin = plugin;

    /// <summary>The delegate of a request, or null when its configuration names none.</summary>
    public static Ipam? Of(PluginRequest request)
    {
        var type = request.Config.Object("ipam").Text("type");
        if (string.IsNullOrEmpty(type))
            return null;
        var path = OwnBinary.Find(type, request.SearchPath);
        if (type == HostLocalPlugin.Type && (path is null || OwnBinary.Is(path)))
            return new Ipam(new HostLocalPlugin());
        return path is null
            ? throw new CniException(CniErrorCode.InvalidConfig, $"failed to find plugin \"{type}\" in path [{request.SearchPath.Replace(':', ' ')}]")
            : new Ipam(new ExecutedPlugin(type, path));
    }

    /// <summary>Asks for addresses.</summary>
    /// <exception cref="CniException">There are none to be had.</exception>
    public CniResult Add(PluginRequest request)
    {
        var result = _plugin.Add(request with { Command = CniCommand.Add });
        if (result.Addresses.Count > 0)
            return result;
        Release(request);
        throw CniException.Internal("IPAM plugin returned missing IP config");
    }

    /// <summary>Verifies that the addresses are still ours.</summary>
    public void Check(PluginRequest request) => _plugin.Check(request with { Command = CniCommand.Check });

    /// <summary>Gives the addresses back.</summary>
    public void Release(PluginRequest request) => _plugin.Delete(request with { Command = CniCommand.Del });

    /// <summary>Gives back what no valid attachment holds.</summary>
    public void CollectGarbage(PluginRequest request) => _plugin.CollectGarbage(request);

    /// <summary>Fails when no address could be handed out.</summary>
    public void Status(PluginRequest request) => _plugin.Status(request);
}
