namespace Weft.ApiServer.Storage;

/// <summary>Where writes are kept beyond the process. Called by one thread at a time.</summary>
internal interface IStoreFile : IDisposable
{
    /// <summary>The newest revision ever given out, and every object.</summary>
    (ulong Revision, IReadOnlyList<StoredRow> Rows) Load();

    void Put(ulong revision, string storageKey, string ns, string name, byte[] json);

    void Delete(ulong revision, string storageKey, string ns, string name);
}

/// <summary>One object as the store's file holds it.</summary>
internal readonly record struct StoredRow(string StorageKey, ulong Revision, byte[] Json);
