namespace Weft.Lab.Native.StandIns;

/// <summary>Passes over a request's body, counted or in chunks (RFC 9112, 6.2 and 7.1), without keeping it.</summary>
/// <remarks>
/// <code>
/// chunk = size-in-hex [ ";" extension ] CRLF data CRLF, the last one of size 0
/// trailer = *( field CRLF ) CRLF
/// </code>
/// </remarks>
internal struct RequestBody
{
    private const int LongestLine = 4096;

    private Part _part;
    private long _left;

    private enum Part
    {
        Done,
        Counted,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailer,
    }

    /// <summary>Whether all of it has passed.</summary>
    public readonly bool IsDone => _part == Part.Done;

    /// <summary>Whether what came cannot be a body.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>A body of so many bytes; -1 for chunks.</summary>
    public static RequestBody Of(long length) => new()
    {
        _part = length switch { 0 => Part.Done, < 0 => Part.ChunkSize, _ => Part.Counted },
        _left = length,
    };

    /// <summary>Returns how many bytes of the input belong to the body and have passed.</summary>
    public int Skip(ReadOnlySpan<byte> input)
    {
        var at = 0;
        while (!IsDone && !IsBroken)
        {
            var taken = _part is Part.Counted or Part.ChunkData ? SkipData(input[at..]) : SkipLine(input[at..]);
            if (taken == 0)
                break;
            at += taken;
        }

        return at;
    }

    private int SkipData(ReadOnlySpan<byte> input)
    {
        var taken = (int)Math.Min(_left, input.Length);
        _left -= taken;
        if (_left == 0)
            _part = _part == Part.Counted ? Part.Done : Part.ChunkEnd;
        return taken;
    }

    private int SkipLine(ReadOnlySpan<byte> input)
    {
        var end = input.IndexOf((byte)'\n');
        IsBroken = end < 0 ? input.Length > LongestLine : end > LongestLine;
        if (end < 0 || IsBroken)
            return 0;
        var line = input[..end].TrimEnd((byte)'\r');
        switch (_part)
        {
            case Part.ChunkSize:
                IsBroken = !TryReadSize(line, out _left);
                _part = _left == 0 ? Part.Trailer : Part.ChunkData;
                break;
            case Part.ChunkEnd:
                IsBroken = !line.IsEmpty;
                _part = Part.ChunkSize;
                break;
            default:
                _part = line.IsEmpty ? Part.Done : Part.Trailer;
                break;
        }

        return end + 1;
    }

    private static bool TryReadSize(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        var digits = line.IndexOf((byte)';') is >= 0 and var extension ? line[..extension] : line;
        digits = digits.TrimEnd(" \t"u8);
        if (digits.Length is 0 or > 12)
            return false;
        foreach (var digit in digits)
        {
            var value = "0123456789abcdef".IndexOf((char)(digit | 0x20));
            if (value < 0)
                return false;
            size = size << 4 | (long)value;
        }

        return true;
    }
}
