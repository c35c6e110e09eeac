using System.Globalization;
using System.Text;

namespace Weft.Lab.Pods.Logs;

/// <summary>One line of a log in the CRI format, <c>TIME STREAM TAG TEXT</c>; a line in another form is text as a whole.</summary>
internal readonly record struct LogLine(DateTimeOffset? Time, string TimeText, ReadOnlyMemory<byte> Text, bool IsWhole)
{
    /// <summary>Reads a line without its end.</summary>
    public static LogLine Parse(ReadOnlyMemory<byte> line)
    {
        var span = line.Span;
        var first = span.IndexOf((byte)' ');
        if (first < 20 || !DateTimeOffset.TryParse(Encoding.ASCII.GetString(span[..first]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return new LogLine(null, "", line, IsWhole: true);
        var tag = span[(first + 1)..].IndexOf((byte)' ') + first + 2;
        if (tag < first + 2 || tag + 1 >= span.Length || span[tag + 1] != ' ')
            return new LogLine(null, "", line, IsWhole: true);
        return new LogLine(time, Encoding.ASCII.GetString(span[..first]), line[(tag + 2)..], span[tag] == (byte)'F');
    }
}
