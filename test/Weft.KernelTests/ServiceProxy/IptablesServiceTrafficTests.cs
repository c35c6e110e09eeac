using System.Runtime.CompilerServices;
using Weft.KernelTests.Node;
using Weft.KernelTests.Services;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;
using Weft.Node.Proxy.Iptables;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>Real connections through the iptables target.</summary>
public abstract class IptablesServiceTraffic(string variant) : ServiceTrafficContract
{
    private protected override Action<TestNode, ServiceTable> Programmer()
    {
        IptablesVariant.SkipUnlessItWorks(variant);
        var proxies = new ConditionalWeakTable<TestNode, IptablesProxy>();
        return (node, table) => Assert.Empty(
            proxies.GetValue(node, _ => new IptablesProxy(new NamespacedIptables(new IptablesCommands(variant), node.Namespace))).Sync(table).Problems);
    }
}

/// <summary>By iptables-nft.</summary>
public sealed class IptablesNftServiceTrafficTests() : IptablesServiceTraffic("nft");

/// <summary>By iptables-legacy.</summary>
public sealed class IptablesLegacyServiceTrafficTests() : IptablesServiceTraffic("legacy");

/// <summary>Which iptables commands work here.</summary>
internal static class IptablesVariant
{
    internal static void SkipUnlessItWorks(string variant)
    {
        var missing = Missing(variant);
        Assert.SkipUnless(missing is null, missing ?? "");
    }

    /// <summary>Why one does not work; null when it does.</summary>
    internal static string? Missing(string variant)
    {
        var commands = new IptablesCommands(variant);
        if (!commands.IsInstalled)
            return $"iptables-{variant}-restore is not installed: apt-get install iptables";
        using var scratch = NetworkNamespace.Create();
        return new NamespacedIptables(commands, scratch).Works ? null : $"iptables-{variant} does not work on this kernel";
    }
}
