using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Weft.Model.Dns;

namespace Weft.Dns.Caching;

/// <summary>Answers of others by name and type. Looking up takes no lock; what nobody asks for again makes room for new ones.</summary>
/// <remarks>
/// Who goes is found as by SIEVE (Zhang and others, NSDI 2024): a hand goes round, spares once whoever was asked for since it came by, and takes the first that was not.
/// Hashes depend on chance, so that nobody can choose names that collide.
/// </remarks>
/// <param name="capacity">Most answers that are kept.</param>
public sealed class AnswerCache(int capacity)
{
    private readonly ConcurrentDictionary<byte[], CachedAnswer> _answers = new(new KeyComparer());
    private readonly LinkedList<byte[]> _order = [];
    private readonly Dictionary<byte[], LinkedListNode<byte[]>> _places = new(new KeyComparer());
    private readonly Lock _gate = new();
    private LinkedListNode<byte[]>? _hand;

    /// <summary>How many answers there are.</summary>
    public int Count => _answers.Count;

    /// <summary>The answer to a question, stale ones too; null when there is none.</summary>
    public CachedAnswer? Find(ReadOnlySpan<byte> name, DnsType type)
    {
        Span<byte> key = stackalloc byte[DnsName.MaxLength + 2];
        if (!_answers.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(Key(name, type, key), out var answer))
            return null;
        answer.IsWanted = true;
        return answer;
    }

    /// <summary>Keeps an answer, in place of a former one to the same question.</summary>
    public void Keep(ReadOnlySpan<byte> name, DnsType type, CachedAnswer answer)
    {
        Span<byte> room = stackalloc byte[DnsName.MaxLength + 2];
        var key = Key(name, type, room).ToArray();
        lock (_gate)
        {
            _answers[key] = answer;
            if (_places.ContainsKey(key))
                return;
            _places[key] = _order.AddFirst(key);
            while (_order.Count > capacity)
                TakeOne();
        }
    }

    private void TakeOne()
    {
        var node = _hand ?? _order.Last!;
        while (_answers[node.Value].IsWanted)
        {
            _answers[node.Value].IsWanted = false;
            node = node.Previous ?? _order.Last!;
        }

        _hand = node.Previous;
        _order.Remove(node);
        _places.Remove(node.Value);
        _answers.TryRemove(node.Value, out _);
    }

    private static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> name, DnsType type, Span<byte> room)
    {
        name.CopyTo(room);
        BinaryPrimitives.WriteUInt16BigEndian(room[name.Length..], (ushort)type);
        return room[..(name.Length + 2)];
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

        public bool Equals(byte[]? x, byte[]? y) => Equals(x.AsSpan(), y!);

        // The type behind the name is no letter, even where it has a letter's number.
        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) =>
            alternate.Length == other.Length && alternate[^2..].SequenceEqual(other.AsSpan()[^2..]) && NameBytes.Equal(alternate[..^2], other.AsSpan()[..^2]);

        public int GetHashCode(byte[] obj) => NameBytes.Hash(obj, Seed);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => NameBytes.Hash(alternate, Seed);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
