using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>The order of <see cref="ServiceTable.Ports"/>.</summary>
internal static class PortOrder
{
    /// <summary>By name, then IPv4 before IPv6.</summary>
    public static int Compare(ProxiedPort left, ProxiedPort right)
    {
        var order = left.Name.CompareTo(right.Name);
        return order != 0 ? order : left.IsV6.CompareTo(right.IsV6);
    }
}
