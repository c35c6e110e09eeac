using Weft.Cni.Attach;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Cni.Rules;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Cni.Policy;

/// <summary>
/// weft-policy: the last of a chain. ADD returns when the kernel enforces the policies of the pod, so that its first process never runs without them: the
/// pod's addresses are isolated at once, and the node's agent is asked to bring the pod's policies in place of that.
/// </summary>
/// <remarks>Pods are known by CNI_ARGS (K8S_POD_NAMESPACE, K8S_POD_NAME); an attachment without them is no pod of a cluster and passes unchanged.</remarks>
/// <param name="open">Opens what the plugin works on.</param>
public sealed class PolicyPlugin(Func<IPluginWorld> open) : ICniPlugin
{
    /// <summary>The plugin's <c>type</c>.</summary>
    public const string Type = "weft-policy";

    /// <inheritdoc/>
    public CniResult Add(PluginRequest request)
    {
        PolicyConfig.Read(request);
        var previous = request.Previous ?? throw new CniException(
            CniErrorCode.InvalidConfig, "weft-policy must be called as a chained plugin, behind the one that gives the pod its addresses");
        if (!PodPolicies.AreOf(request))
            return previous;
        using var undo = new Undo();
        undo.Push(() => Release(request));
        Isolate(request, previous);
        using var policies = PodPolicies.Ask(request, previous.Addresses, isIsolated: true, undo);
        policies?.Await();
        undo.Keep();
        return previous;
    }

    /// <inheritdoc/>
    public void Check(PluginRequest request) => PolicyConfig.Read(request);

    /// <inheritdoc/>
    public void Delete(PluginRequest request)
    {
        Release(request);
        PodPolicies.TellGone(request);
    }

    /// <inheritdoc/>
    public void CollectGarbage(PluginRequest request)
    {
        using var world = open();
        RequestRules.CollectGarbage(world, request);
    }

    /// <inheritdoc/>
    public void Status(PluginRequest request)
    {
        var config = PolicyConfig.Read(request);
        if (config.StartsIsolated)
            return;
        try
        {
            UnixRequest.Ask(config.Socket, PolicyQuestion.Ping, config.Patience);
        }
        catch (NetlinkException error)
        {
            throw new CniException(CniErrorCode.NotAvailable, $"the node's agent does not answer: {error.Message}");
        }
    }

    /// <summary>The bridge plugins list the bridge beside the host's end of the cable.</summary>
    private static bool IsBridged(CniResult result) => result.Interfaces.Count(device => string.IsNullOrEmpty(device.Sandbox)) > 1;

    /// <remarks>
    /// Its sockets are closed before the agent is asked: to close one, the kernel first finishes whatever deletions are under way, the agent's too, which takes
    /// ten milliseconds and more.
    /// </remarks>
    private void Isolate(PluginRequest request, CniResult previous)
    {
        using var world = open();
        new RuleStore(world).Add(RequestRules.Begin(request).Isolate(previous.Addresses, IsBridged(previous)));
    }

    private void Release(PluginRequest request)
    {
        using var world = open();
        RequestRules.Release(world, request);
    }
}
