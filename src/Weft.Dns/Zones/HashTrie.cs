namespace Weft.Dns.Zones;

/// <summary>An immutable table of entries by hash: a change copies two short arrays and one bucket, and readers of the former table see nothing of it.</summary>
/// <remarks>Two levels of 256 places by the upper bits of the hash, then a bucket; made for 1 to a million entries. Whoever looks something up compares keys by himself.</remarks>
/// <typeparam name="T">An entry.</typeparam>
internal sealed class HashTrie<T>
    where T : class
{
    private const int Width = 256;

    private readonly T[]?[]?[] _root;

    private HashTrie(T[]?[]?[] root, int count) => (_root, Count) = (root, count);

    /// <summary>No entries.</summary>
    public static HashTrie<T> Empty { get; } = new(new T[]?[]?[Width], 0);

    /// <summary>How many entries there are.</summary>
    public int Count { get; }

    /// <summary>The entries that may have this hash, few of others among them.</summary>
    public ReadOnlySpan<T> Bucket(int hash) => _root[First(hash)]?[Second(hash)];

    /// <summary>Begins changes; this table stays as it is.</summary>
    public Editor Edit() => new(this);

    private static int First(int hash) => (int)((uint)hash >> 24);

    private static int Second(int hash) => (hash >> 16) & 0xFF;

    /// <summary>Changes that become one new table. Not for concurrent use.</summary>
    public sealed class Editor
    {
        private readonly T[]?[]?[] _root;
        private readonly bool[] _own = new bool[Width];
        private int _count;

        internal Editor(HashTrie<T> table)
        {
            _root = (T[]?[]?[])table._root.Clone();
            _count = table.Count;
        }

        /// <summary>Puts an entry in.</summary>
        public void Add(int hash, T entry)
        {
            ref var bucket = ref Place(hash);
            bucket = bucket is null ? [entry] : [.. bucket, entry];
            _count++;
        }

        /// <summary>Takes the entry out, by reference.</summary>
        public void Remove(int hash, T entry)
        {
            ref var bucket = ref Place(hash);
            var at = bucket is null ? -1 : Array.FindIndex(bucket, known => ReferenceEquals(known, entry));
            if (at < 0)
                return;
            bucket = bucket!.Length == 1 ? null : [.. bucket[..at], .. bucket[(at + 1)..]];
            _count--;
        }

        /// <summary>The table with all changes.</summary>
        public HashTrie<T> Finish() => new(_root, _count);

        private ref T[]? Place(int hash)
        {
            var first = First(hash);
            if (!_own[first])
            {
                _root[first] = (T[]?[]?)_root[first]?.Clone() ?? new T[]?[Width];
                _own[first] = true;
            }

            return ref _root[first]![Second(hash)];
        }
    }
}
