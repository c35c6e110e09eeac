namespace Weft.ApiServer.Storage;

/// <summary>One write to one object.</summary>
/// <param name="Revision">The revision the write got.</param>
/// <param name="Before">The object before it; null for a create.</param>
/// <param name="After">The object after it; for a delete, its last state with the revision of the delete.</param>
internal sealed record Change(ulong Revision, StoredObject? Before, StoredObject After, bool Deleted);
