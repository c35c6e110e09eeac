namespace Weft.Model.Nftables;

/// <summary>Bytes of unknown meaning, equal when they are the same.</summary>
public readonly struct NftBlob(ReadOnlySpan<byte> bytes) : IEquatable<NftBlob>
{
    private readonly byte[]? _bytes = bytes.ToArray();

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <inheritdoc/>
    public bool Equals(NftBlob other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NftBlob other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    /// <summary>Whether the bytes are the same.</summary>
    public static bool operator ==(NftBlob left, NftBlob right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(NftBlob left, NftBlob right) => !left.Equals(right);
}
