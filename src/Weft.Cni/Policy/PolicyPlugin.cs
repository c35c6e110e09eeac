using Weft.Cni.Attach;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Cni.Rules;
using Weft.Model.Policies;
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

    // The agent notes it at once; a pod's end must not hang on an agent that does not.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public CniResult Add(PluginRequest request)
    {
        var config = PolicyConfig.Read(request);
        var previous = request.Previous ?? throw new CniException(
            CniErrorCode.InvalidConfig, "weft-policy must be called as a chained plugin, behind the one that gives the pod its addresses");
        if (PodOf(request) is not { } pod)
            return previous;
        using var undo = new Undo();
        undo.Push(() => Release(request));
        Isolate(request, previous);
        Ask(config, PolicyQuestion.Of(pod, OwnerOf(request), previous.Addresses));
        undo.Keep();
        return previous;
    }

    /// <inheritdoc/>
    public void Check(PluginRequest request) => PolicyConfig.Read(request);

    /// <inheritdoc/>
    public void Delete(PluginRequest request)
    {
        Release(request);
        try
        {
            UnixRequest.Ask(PolicyConfig.SocketOf(request), PolicyQuestion.Gone(OwnerOf(request)), Farewell);
        }
        catch (NetlinkException)
        {
            // An agent that is away learns it from the pod's object.
        }
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

    private static (string Namespace, string Name, string? Uid)? PodOf(PluginRequest request) =>
        request.Arguments["K8S_POD_NAMESPACE"] is { Length: > 0 } ns && request.Arguments["K8S_POD_NAME"] is { Length: > 0 } name
            ? (ns, name, request.Arguments["K8S_POD_UID"])
            : null;

    private static string OwnerOf(PluginRequest request) => AttachmentRules.OwnerOf(request.Network, request.Attachment);

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
        var owner = OwnerOf(request);
        new RuleStore(world).Remove(element => element.Comment == owner, StartingPods.Tables);
    }

    /// <summary>Waits until the agent says that the kernel has the pod's policies.</summary>
    private static void Ask(PolicyConfig config, byte[] question)
    {
        try
        {
            if (PolicyQuestion.ErrorOf(UnixRequest.Ask(config.Socket, question, config.Patience)) is { } error)
                throw new CniException(CniErrorCode.TryAgainLater, $"the node's agent could not bring the pod's policies: {error}");
        }
        catch (NetlinkException error)
        {
            if (!config.StartsIsolated)
                throw new CniException(CniErrorCode.TryAgainLater, $"the node's agent does not answer, and the pod must not start without its policies: {error.Message}");
        }
    }
}
