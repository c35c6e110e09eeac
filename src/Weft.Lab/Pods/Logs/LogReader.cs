using Weft.ApiServer.Streaming;

namespace Weft.Lab.Pods.Logs;

/// <summary>Sends a log as <c>kubectl logs</c> asks for it.</summary>
internal sealed class LogReader(LogRequest request, Stream output, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly DateTimeOffset _since = request.SinceSeconds is { } seconds ? time.GetUtcNow().AddSeconds(-seconds) : DateTimeOffset.MinValue;
    private long _left = request.LimitBytes ?? long.MaxValue;
    private bool _midLine;

    /// <summary>Sends what there is and, when following, what comes until <paramref name="isOver"/> says that nothing more will.</summary>
    public async Task SendAsync(LogFile log, Func<bool> isOver, CancellationToken ct)
    {
        var lines = Split(await ReadWholeAsync(log.Former, ct).ConfigureAwait(false), out _);
        lines.AddRange(Split(await ReadWholeAsync(log.Current, ct).ConfigureAwait(false), out var position));
        foreach (var line in Tail(lines.Where(line => line.Time is not { } at || at >= _since).ToList()))
            await WriteAsync(line, ct).ConfigureAwait(false);
        await output.FlushAsync(ct).ConfigureAwait(false);
        if (request.Follow)
            await FollowAsync(log.Current, position, isOver, ct).ConfigureAwait(false);
    }

    private IEnumerable<LogLine> Tail(List<LogLine> lines) => request.TailLines is { } count ? lines.Skip(lines.Count - count) : lines;

    private async Task FollowAsync(string path, long position, Func<bool> isOver, CancellationToken ct)
    {
        while (_left > 0)
        {
            var last = isOver();
            var (bytes, next) = Read(path, position);
            var lines = Split(bytes, out var used);
            position = next - bytes.Length + used;
            foreach (var line in lines)
                await WriteAsync(line, ct).ConfigureAwait(false);
            if (lines.Count > 0)
                await output.FlushAsync(ct).ConfigureAwait(false);
            else if (last)
                return;
            else
                await Task.Delay(Pause, time, ct).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(LogLine line, CancellationToken ct)
    {
        var stamp = request.Timestamps && !_midLine && line.TimeText.Length > 0 ? line.TimeText + " " : "";
        byte[] bytes = [.. System.Text.Encoding.ASCII.GetBytes(stamp), .. line.Text.Span, .. line.IsWhole ? "\n"u8 : ""u8];
        _midLine = !line.IsWhole;
        var count = (int)Math.Min(bytes.Length, _left);
        _left -= count;
        if (count > 0)
            await output.WriteAsync(bytes.AsMemory(0, count), ct).ConfigureAwait(false);
    }

    // A file that has become shorter was rotated: begin anew.
    private static (byte[] Bytes, long End) Read(string path, long position)
    {
        if (!File.Exists(path))
            return ([], 0);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var start = file.Length < position ? 0 : position;
        file.Position = start;
        var bytes = new byte[Math.Min(file.Length - start, 1024 * 1024)];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return (bytes[..read], start + read);
    }

    private static async Task<byte[]> ReadWholeAsync(string path, CancellationToken ct) =>
        File.Exists(path) ? await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false) : [];

    private static List<LogLine> Split(byte[] bytes, out int used)
    {
        var lines = new List<LogLine>();
        used = 0;
        while (bytes.AsSpan(used).IndexOf((byte)'\n') is >= 0 and var end)
        {
            lines.Add(LogLine.Parse(bytes.AsMemory(used, end)));
            used += end + 1;
        }

        return lines;
    }
}
