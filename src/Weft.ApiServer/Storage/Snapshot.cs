using System.Collections.Immutable;

namespace Weft.ApiServer.Storage;

/// <summary>Everything the server holds at one revision. Readers take it once per request and need no lock.</summary>
/// <param name="Revision">The revision of the newest write in it.</param>
/// <param name="Collections">By storage key, for example <c>pods</c> or <c>deployments.apps</c>.</param>
internal sealed record Snapshot(ulong Revision, ImmutableDictionary<string, Collection> Collections)
{
    public Collection Of(string storageKey) => Collections.GetValueOrDefault(storageKey, Collection.Empty);
}
