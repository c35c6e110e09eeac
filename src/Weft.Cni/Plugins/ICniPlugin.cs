using Weft.Cni.Protocol;

namespace Weft.Cni.Plugins;

/// <summary>A plugin: what it does for each command. Failures are exceptions, best <see cref="CniException"/>.</summary>
public interface ICniPlugin
{
    /// <summary>Attaches; leaves nothing behind when it throws.</summary>
    CniResult Add(PluginRequest request);

    /// <summary>Verifies what <see cref="Add"/> made.</summary>
    void Check(PluginRequest request);

    /// <summary>Detaches; what is gone already is no error.</summary>
    void Delete(PluginRequest request);

    /// <summary>Removes what belongs to no valid attachment.</summary>
    void CollectGarbage(PluginRequest request);

    /// <summary>Throws <see cref="CniErrorCode.NotAvailable"/> or <see cref="CniErrorCode.LimitedConnectivity"/> when ADD would fail.</summary>
    void Status(PluginRequest request);
}
