using System.Numerics;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>When the source of a connection becomes the node's address.</summary>
internal enum MasqueradeWhen : byte
{
    Never,

    /// <summary>When it comes from outside of the pods' ranges, and not from this node.</summary>
    FromOutside,

    Always,
}

/// <summary>
/// What rules must know of a frontend beside its id. Frontends of thousands of Services share a few classes, and every class is one element of the
/// only verdict map.
/// </summary>
/// <param name="Guarded">Only some clients may use it.</param>
/// <param name="Balance">Who serves it.</param>
/// <param name="Inside">Who serves pods and the node itself instead, where they are treated differently.</param>
internal readonly record struct EntryClass(bool Guarded, BalanceClass Balance, BalanceClass? Inside)
{
    /// <summary>The class of a frontend; what makes no difference is left at its default, so that no two classes have one chain.</summary>
    public static EntryClass Of(ProxiedPort port, Frontend frontend, bool masqueradeAll)
    {
        var isLocal = frontend.IsExternal ? port.ExternalLocal : port.InternalLocal;
        var masquerade = !frontend.IsExternal ? (masqueradeAll ? MasqueradeWhen.Always : MasqueradeWhen.FromOutside)
            : isLocal ? MasqueradeWhen.Never
            : MasqueradeWhen.Always;
        var balance = BalanceClass.Of(port, isLocal, masquerade);
        BalanceClass? inside = frontend.IsExternal && isLocal ? BalanceClass.Of(port, local: false, MasqueradeWhen.Never) : null;
        if (inside == balance)
            inside = null;
        return new EntryClass(
            port.RestrictsSources && frontend.Kind == FrontendKind.LoadBalancerIp,
            balance,
            inside);
    }

    /// <summary>The class with affinity for at least as long, of which there are few.</summary>
    public EntryClass Rounded() => this with { Balance = Balance.Rounded(), Inside = Inside?.Rounded() };

    /// <summary>The name of the chain it goes to.</summary>
    public string Chain
    {
        get
        {
            var inside = Inside is { } other ? $"inside-{other.Chain}-else-" : "";
            return $"{(Guarded ? "guarded-" : "")}{inside}{Balance.Chain}";
        }
    }
}

/// <summary>How connections are spread.</summary>
/// <param name="Local">Over endpoints of this node only.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Refuse">What becomes of connections when there are none: refused, or dropped where other nodes have some.</param>
/// <param name="Masquerade">When the client's address is hidden.</param>
/// <param name="AffinitySeconds">How long a client stays; 0 for no affinity.</param>
internal readonly record struct BalanceClass(bool Local, int Count, bool Refuse, MasqueradeWhen Masquerade, int AffinitySeconds)
{
    public const string RefuseChain = "refuse", IgnoreChain = "ignore";

    /// <summary>The class; what makes no difference is left at its default.</summary>
    public static BalanceClass Of(ProxiedPort port, bool local, MasqueradeWhen masquerade)
    {
        var count = (local ? port.LocalBackends : port.ClusterBackends).Count;
        return count > 0
            ? new BalanceClass(local, count, Refuse: false, masquerade, port.AffinitySeconds)
            : new BalanceClass(Local: false, 0, !port.HasAnyBackend, MasqueradeWhen.Never, 0);
    }

    /// <summary>The class with affinity for a power of two of seconds.</summary>
    public BalanceClass Rounded() => this with { AffinitySeconds = AffinitySeconds == 0 ? 0 : (int)BitOperations.RoundUpToPowerOf2((uint)AffinitySeconds) };

    /// <summary>The name of its chain.</summary>
    public string Chain
    {
        get
        {
            if (Count == 0)
                return Refuse ? RefuseChain : IgnoreChain;
            var masquerade = Masquerade switch
            {
                MasqueradeWhen.FromOutside => "-masq-outside",
                MasqueradeWhen.Always => "-masq",
                _ => "",
            };
            var sticky = AffinitySeconds > 0 ? $"-sticky-{AffinitySeconds}s" : "";
            return $"{(Local ? "local" : "all")}-{Count}{masquerade}{sticky}";
        }
    }
}
