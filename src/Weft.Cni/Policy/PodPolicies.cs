using Weft.Cni.Attach;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Cni.Rules;
using Weft.Model;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Cni.Policy;

/// <summary>
/// The policies of a pod that is given its network: asked of the node's agent as soon as the pod's addresses are known, and required before anybody can reach
/// it, so that the agent works while the interface is made.
/// </summary>
internal sealed class PodPolicies : IDisposable
{
    // The agent notes it at once; a pod's end must not hang on an agent that does not.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly PluginRequest _request;
    private readonly PolicyConfig _config;
    private readonly EquatableArray<CniAddress> _addresses;
    private readonly Undo _undo;
    private UnixRequest? _asked;

    private PodPolicies(PluginRequest request, PolicyConfig config, EquatableArray<CniAddress> addresses, Undo undo)
    {
        (_request, _config, _addresses, _undo) = (request, config, addresses, undo);
        undo.Push(TakeBack);
    }

    /// <summary>Whether there are any: the attachment is a pod's of a cluster.</summary>
    public static bool AreOf(PluginRequest request) => PodOf(request) is not null;

    /// <summary>Asks for them, and does not wait.</summary>
    /// <param name="request">The ADD.</param>
    /// <param name="addresses">The pod's.</param>
    /// <param name="isIsolated">Whether they are isolated until then; else nothing may lead to them before <see cref="Require"/>.</param>
    /// <param name="undo">Tells the agent when the ADD fails later.</param>
    /// <returns>Null for what is no pod of a cluster, or has no addresses.</returns>
    /// <exception cref="CniException">The agent does not answer, and the pod must not start without it.</exception>
    public static PodPolicies? Ask(PluginRequest request, EquatableArray<CniAddress> addresses, bool isIsolated, Undo undo)
    {
        var config = PolicyConfig.Read(request);
        if (PodOf(request) is not { } pod || addresses.Count == 0)
            return null;
        var policies = new PodPolicies(request, config, addresses, undo);
        policies.Begin(PolicyQuestion.Of(pod, RequestRules.OwnerOf(request), addresses, isIsolated));
        return policies;
    }

    /// <summary>Tells the agent that an attachment is over. One that is away learns it from the pod's object.</summary>
    public static void TellGone(PluginRequest request)
    {
        try
        {
            UnixRequest.Ask(PolicyConfig.SocketOf(request), PolicyQuestion.Gone(RequestRules.OwnerOf(request)), Farewell);
        }
        catch (NetlinkException)
        {
            // Nobody to tell.
        }
    }

    /// <summary>Waits until the kernel has them, or isolates the pod where it may start that way.</summary>
    /// <param name="world">Where the pod is.</param>
    /// <param name="isBridged">Whether packets can reach it without being routed.</param>
    /// <exception cref="CniException">They are not in force, and the pod must not start.</exception>
    public void Require(IPluginWorld world, bool isBridged)
    {
        if (!Await())
        {
            _undo.Push(() => RequestRules.Release(world, _request));
            new RuleStore(world).Add(RequestRules.Begin(_request).Isolate(_addresses, isBridged));
        }

        // Only now: an agent that is late lets go what is isolated.
        Dispose();
    }

    /// <summary>Waits until the kernel has them.</summary>
    /// <returns>Whether it has: else the agent does not answer, and the pod may start isolated.</returns>
    /// <exception cref="CniException">The agent could not, or does not answer and the pod must not start without it.</exception>
    public bool Await()
    {
        try
        {
            if (_asked is not null && PolicyQuestion.ErrorOf(_asked.Receive(_config.Patience)) is { } error)
                throw new CniException(CniErrorCode.TryAgainLater, $"the node's agent could not bring the pod's policies: {error}");
            return _asked is not null;
        }
        catch (NetlinkException error)
        {
            Miss(error);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _asked?.Dispose();

    private static (string Namespace, string Name, string? Uid)? PodOf(PluginRequest request) =>
        request.Arguments["K8S_POD_NAMESPACE"] is { Length: > 0 } ns && request.Arguments["K8S_POD_NAME"] is { Length: > 0 } name
            ? (ns, name, request.Arguments["K8S_POD_UID"])
            : null;

    private void Begin(byte[] question)
    {
        try
        {
            _asked = UnixRequest.Begin(_config.Socket, question);
        }
        catch (NetlinkException error)
        {
            Miss(error);
        }
    }

    private void Miss(NetlinkException error)
    {
        if (!_config.StartsIsolated)
            throw new CniException(CniErrorCode.TryAgainLater, $"the node's agent does not answer, and the pod must not start without its policies: {error.Message}");
    }

    /// <summary>An agent that works on it sees that nobody waits any more; one that is done, whether its answer was read or not, is told.</summary>
    private void TakeBack()
    {
        Dispose();
        if (_asked is not null)
            TellGone(_request);
    }
}
