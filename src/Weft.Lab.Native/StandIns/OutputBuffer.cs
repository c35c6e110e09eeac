using System.Globalization;

namespace Weft.Lab.Native.StandIns;

/// <summary>Bytes on their way out; one is shared by all peers, since one thread serves them.</summary>
internal sealed class OutputBuffer
{
    private byte[] _bytes = new byte[4096];

    /// <summary>How many bytes wait.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes that wait.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Forgets everything, and gives memory back after an unusually large answer.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > Limits.KeptBuffer)
            _bytes = new byte[Limits.KeptBuffer];
    }

    /// <summary>Appends bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Appends one byte.</summary>
    public void Write(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Appends a number in decimal.</summary>
    public void Write(int value)
    {
        value.TryFormat(Reserve(11), out var written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Appends bytes that a peer chose, as a JSON string.</summary>
    /// <remarks>HTTP fields are bytes without an encoding (RFC 9110, 5.5): what is not ASCII is shown as Latin-1.</remarks>
    public void WriteJson(ReadOnlySpan<byte> text)
    {
        Write((byte)'"');
        foreach (var c in text)
        {
            if (c is (byte)'"' or (byte)'\\')
            {
                Write((byte)'\\');
                Write(c);
            }
            else if (c is < 0x20 or >= 0x7F)
            {
                Write("\\u00"u8);
                Write((byte)"0123456789abcdef"[c >> 4]);
                Write((byte)"0123456789abcdef"[c & 0xF]);
            }
            else
            {
                Write(c);
            }
        }

        Write((byte)'"');
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        return _bytes.AsSpan(Length);
    }
}
