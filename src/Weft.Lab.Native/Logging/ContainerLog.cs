using System.Globalization;
using System.Text;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Logging;

/// <summary>A container's log on standard output, bounded, in the format that container runtimes share.</summary>
/// <remarks>
/// <code>
/// 2026-01-02T03:04:05.1234567Z stdout F the line        F whole, P followed by its rest
/// </code>
/// Source: the kubelet's CRI logging format (KEP design-proposals/node/kubelet-cri-logging.md). Descriptor 4, where the runner has opened
/// one, gets what a full log held, so that between one and two times the limit is kept.
/// </remarks>
internal sealed class ContainerLog
{
    private const int Output = 1;
    private const int Former = 4;

    // The kubelet's containerLogMaxSize defaults to 10Mi; runtimes cut lines at 16 KiB.
    private const long Largest = 10 * 1024 * 1024;
    private const int LongestLine = 16 * 1024;

    private readonly byte[] _copy = new byte[4096];
    private long _written;

    /// <summary>Writes a message of our own.</summary>
    public void Say(string message) => Write("stderr"u8, Encoding.UTF8.GetBytes(message), isWhole: true);

    /// <summary>Writes the whole lines at the start of the bytes, and an overlong one in parts; returns how many bytes were used up.</summary>
    public int WriteLines(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        while (true)
        {
            var rest = bytes[used..];
            var end = rest.IndexOf((byte)'\n');
            if (end is >= 0 and <= LongestLine)
            {
                Write(stream, rest[..end], isWhole: true);
                used += end + 1;
            }
            else if (rest.Length >= LongestLine)
            {
                Write(stream, rest[..LongestLine], isWhole: false);
                used += LongestLine;
            }
            else
            {
                return used;
            }
        }
    }

    /// <summary>Writes a last line that has no end.</summary>
    public void WriteRest(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
            Write(stream, bytes, isWhole: false);
    }

    private void Write(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> text, bool isWhole)
    {
        Span<byte> head = stackalloc byte[64];
        DateTime.UtcNow.TryFormat(head, out var length, "yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
        head[length++] = (byte)' ';
        stream.CopyTo(head[length..]);
        length += stream.Length;
        (isWhole ? " F "u8 : " P "u8).CopyTo(head[length..]);
        length += 3;

        var line = new byte[length + text.Length + 1];
        head[..length].CopyTo(line);
        text.CopyTo(line.AsSpan(length));
        line[^1] = (byte)'\n';
        ByteFile.Write(Output, line);
        _written += line.Length;
        if (_written > Largest)
            Rotate();
    }

    private void Rotate()
    {
        _written = 0;
        if (Descriptors.IsOpen(Former))
        {
            ByteFile.Clear(Former);
            using var current = Descriptors.OpenRead("/proc/self/fd/1");
            while (ByteFile.Read(current.Value, _copy) is > 0 and var count)
                ByteFile.Write(Former, _copy.AsSpan(0, count));
        }

        ByteFile.Clear(Output);
    }
}
