using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;

namespace Weft.ApiServer.Storage;

/// <summary>The server's state: one writer at a time, readers on immutable snapshots, changes in per-resource logs.</summary>
/// <remarks>
/// A write reaches the file, then the log, then the snapshot. So whoever sees revision n in a snapshot finds every change up to n in
/// the logs, and a watch that starts at a snapshot's revision neither misses nor repeats a change.
/// </remarks>
internal sealed class ObjectStore : IDisposable
{
    private readonly Lock _writer = new();
    private readonly IStoreFile _file;
    private readonly int _history;
    private readonly ulong _startRevision;
    private readonly ConcurrentDictionary<string, ChangeLog> _logs = new(StringComparer.Ordinal);
    private volatile Snapshot _current;

    public ObjectStore(IStoreFile file, KindTable kinds, int history)
    {
        _file = file;
        _history = history;
        var (revision, rows) = file.Load();
        _startRevision = revision;
        _current = new Snapshot(revision, Load(rows, kinds));
    }

    public Snapshot Current => _current;

    public ChangeLog Log(string storageKey) => _logs.GetOrAdd(storageKey, _ => new ChangeLog(_history, _startRevision));

    /// <summary>Writes <paramref name="obj"/> if the stored object still is <paramref name="expected"/> (null: there is none).</summary>
    /// <returns>The object as stored, with its new <c>resourceVersion</c>; null when another writer was faster.</returns>
    public StoredObject? TryPut(ResourceKind kind, StoredObject? expected, JsonObject obj)
    {
        var ns = obj.Text("metadata", "namespace") ?? "";
        var name = obj.Text("metadata", "name")!;
        lock (_writer)
        {
            var collection = _current.Of(kind.StorageKey);
            if (!ReferenceEquals(collection.Find(ns, name), expected))
                return null;
            var revision = _current.Revision + 1;
            var stored = Freeze(kind, obj, revision);
            _file.Put(revision, kind.StorageKey, ns, name, stored.Json);
            Publish(kind, new Change(revision, expected, stored, Deleted: false), collection.With(stored));
            return stored;
        }
    }

    /// <summary>Removes <paramref name="expected"/> if it still is the stored object.</summary>
    /// <param name="lastState">What watches and the caller see as the object's last state.</param>
    public StoredObject? TryDelete(ResourceKind kind, StoredObject expected, JsonObject lastState)
    {
        lock (_writer)
        {
            var collection = _current.Of(kind.StorageKey);
            if (!ReferenceEquals(collection.Find(expected.Namespace, expected.Name), expected))
                return null;
            var revision = _current.Revision + 1;
            var last = Freeze(kind, lastState, revision);
            _file.Delete(revision, kind.StorageKey, expected.Namespace, expected.Name);
            Publish(kind, new Change(revision, expected, last, Deleted: true), collection.Without(expected));
            return last;
        }
    }

    /// <summary>The object as it would be stored at a revision, for answers to dry runs.</summary>
    public static StoredObject Preview(ResourceKind kind, JsonObject obj, ulong revision) => Describe(kind, obj, revision, JsonText.Write(obj));

    public void Dispose()
    {
        lock (_writer)
            _file.Dispose();
    }

    private void Publish(ResourceKind kind, Change change, Collection collection)
    {
        Log(kind.StorageKey).Append(change);
        _current = new Snapshot(change.Revision, _current.Collections.SetItem(kind.StorageKey, collection));
    }

    private static StoredObject Freeze(ResourceKind kind, JsonObject obj, ulong revision)
    {
        obj.Ensure("metadata")["resourceVersion"] = revision.ToString();
        return Describe(kind, obj, revision, JsonText.Write(obj));
    }

    private static StoredObject Describe(ResourceKind kind, JsonObject obj, ulong revision, byte[] json) => new()
    {
        Revision = revision,
        Namespace = obj.Text("metadata", "namespace") ?? "",
        Name = obj.Text("metadata", "name") ?? "",
        Uid = obj.Text("metadata", "uid") ?? "",
        Json = json,
        Labels = obj.Fields("metadata", "labels").ToFrozenDictionary(l => l.Key, l => l.Value.Text() ?? "", StringComparer.Ordinal),
        Fields = [.. kind.SelectableFields.Select(field => field.Read(obj))],
    };

    private static ImmutableDictionary<string, Collection> Load(IReadOnlyList<StoredRow> rows, KindTable kinds)
    {
        var collections = ImmutableDictionary.CreateBuilder<string, Collection>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (kinds.ByStorageKey(row.StorageKey) is not { } kind)
                continue;
            var stored = Describe(kind, JsonText.ParseObject(row.Json), row.Revision, row.Json);
            collections[row.StorageKey] = collections.GetValueOrDefault(row.StorageKey, Collection.Empty).With(stored);
        }
        return collections.ToImmutable();
    }
}
