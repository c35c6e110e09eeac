using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy;

/// <summary>What a turn of the proxy did.</summary>
/// <param name="Mode">Which target serves now.</param>
/// <param name="Table">What was to be served.</param>
/// <param name="Changes">How many elements, rules or entries were written or removed.</param>
/// <param name="Drift">Whether something had been changed by others.</param>
/// <param name="Programmed">Whether the kernel serves the table, but for what <paramref name="Problems"/> name.</param>
/// <param name="Problems">Of objects, of the kernel, and of what a former target left behind.</param>
public sealed record ProxyTurn(ProxyMode Mode, ServiceTable Table, int Changes, bool Drift, bool Programmed, EquatableArray<Problem> Problems);
