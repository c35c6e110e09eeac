using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Which ports differ between two tables: one pass over two sorted lists, a comparison of references for what stayed.</summary>
internal static class PortChanges
{
    /// <summary>Pairs of before and after, by family. Where settings changed that all ports depend on, every port is one.</summary>
    public static (List<(ProxiedPort?, ProxiedPort?)> V4, List<(ProxiedPort?, ProxiedPort?)> V6) Between(ServiceTable before, ServiceTable after)
    {
        List<(ProxiedPort?, ProxiedPort?)> v4 = [], v6 = [];
        var all = before.MasqueradeAll != after.MasqueradeAll || before.ServiceRanges != after.ServiceRanges;
        ReadOnlySpan<ProxiedPort> old = before.Ports.AsSpan(), wanted = after.Ports.AsSpan();
        int i = 0, j = 0;
        while (i < old.Length || j < wanted.Length)
        {
            if (i < old.Length && j < wanted.Length && ReferenceEquals(old[i], wanted[j]) && !all)
            {
                i++;
                j++;
                continue;
            }

            var order = i == old.Length ? 1 : j == wanted.Length ? -1 : PortOrder.Compare(old[i], wanted[j]);
            var gone = order <= 0 ? old[i++] : null;
            var come = order >= 0 ? wanted[j++] : null;
            ((gone ?? come)!.IsV6 ? v6 : v4).Add((gone, come));
        }

        return (v4, v6);
    }
}
