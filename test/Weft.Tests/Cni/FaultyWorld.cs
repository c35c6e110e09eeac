using System.Reflection;
using System.Runtime.ExceptionServices;
using Weft.Cni.Attach;
using Weft.Netlink;
using Weft.Netlink.Fakes;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.Tests.Cni;

/// <summary>A world of fakes in which a chosen call fails, or that call and all after it, as when the plugin is killed.</summary>
internal sealed class FaultyWorld : IPluginWorld
{
    private int _calls;

    public FaultyWorld()
    {
        Sysctls.Values["net/ipv4/ip_forward"] = "0";
        Sysctls.Values["net/ipv6/conf/all/forwarding"] = "0";
        Host = Faulty<INetworkStack>.Around(HostStack, Step);
        Filter = Faulty<INftablesDriver>.Around(Tables, Step);
    }

    public FakeNetworkStack HostStack { get; } = new();

    public FakeNetworkStack PodStack { get; } = new();

    public FakeNftables Tables { get; } = new();

    public FakeSysctls Sysctls { get; } = new();

    /// <summary>The number of the call that fails; 0 for none.</summary>
    public int FailAt { get; set; }

    /// <summary>Whether every call after that one fails too.</summary>
    public bool StaysDead { get; set; }

    public INetworkStack Host { get; }

    public INftablesDriver Filter { get; }

    public ISysctls Settings => Sysctls;

    public IPodWorld OpenPod(string path) => new Pod(Faulty<INetworkStack>.Around(PodStack, Step));

    /// <summary>Counts from one again, with no fault.</summary>
    public void Heal() => (_calls, FailAt, StaysDead) = (0, 0, false);

    public void Dispose()
    {
        // The fakes outlive the plugin's call, as the kernel does.
    }

    private void Step()
    {
        _calls++;
        if (FailAt != 0 && (_calls == FailAt || (StaysDead && _calls > FailAt)))
            throw new NetlinkException($"call {_calls}", Errno.EPERM);
    }

    private sealed class Pod(INetworkStack stack) : IPodWorld
    {
        public INetworkStack Stack => stack;

        public ISysctls Settings { get; } = new FakeSysctls();

        public void Dispose()
        {
        }
    }
}

/// <summary>Passes calls on to a fake, each after a step that may throw.</summary>
public class Faulty<T> : DispatchProxy
    where T : class
{
    private T? _inner;
    private Action? _step;

    internal static T Around(T inner, Action step)
    {
        var proxy = Create<T, Faulty<T>>();
        ((Faulty<T>)(object)proxy)._inner = inner;
        ((Faulty<T>)(object)proxy)._step = step;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != nameof(IDisposable.Dispose))
            _step!();
        else
            return null;
        try
        {
            return targetMethod.Invoke(_inner, args?.Select(each => each is Faulty<T> other ? other._inner : each).ToArray());
        }
        catch (TargetInvocationException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerException!);
            throw;
        }
    }
}
