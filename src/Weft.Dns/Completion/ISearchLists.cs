using Weft.Model;

namespace Weft.Dns.Completion;

/// <summary>Knows how clients complete names.</summary>
public interface ISearchLists
{
    /// <summary>The list of whoever has an address now; null when nobody is known to have it, or its names are not to be completed. Waits for nothing and allocates nothing.</summary>
    SearchList? Of(IpAddress address);
}
