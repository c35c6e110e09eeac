namespace Weft.ApiServer.Storage;

/// <summary>Keeps nothing: the cluster ends with the process.</summary>
internal sealed class MemoryFile : IStoreFile
{
    public (ulong Revision, IReadOnlyList<StoredRow> Rows) Load() => (1, []);

    public void Put(ulong revision, string storageKey, string ns, string name, byte[] json)
    {
    }

    public void Delete(ulong revision, string storageKey, string ns, string name)
    {
    }

    public void Dispose()
    {
    }
}
