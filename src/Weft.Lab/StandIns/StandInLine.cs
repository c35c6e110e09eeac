using System.Net.Sockets;
using System.Text.Json;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.StandIns;

/// <summary>The line to the pod runner, taken over from the launcher: one JSON object per line in each direction.</summary>
internal sealed class StandInLine : IDisposable
{
    private readonly Lock _gate = new();
    private readonly NetworkStream? _stream;

    /// <param name="fd">Its descriptor; null when the stand-in was started by hand.</param>
    public StandInLine(int? fd)
    {
        if (fd is { } number)
            _stream = new NetworkStream(new Socket(new SafeSocketHandle(number, ownsHandle: true)), ownsSocket: true);
    }

    /// <summary>Tells the runner; it may be gone, and then nobody is left to tell.</summary>
    public void Report(LauncherReportKind kind, string? message = null)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(new LauncherReport(kind, message), LauncherJson.Default.LauncherReport), (byte)'\n'];
        try
        {
            lock (_gate)
                _stream?.Write(line);
        }
        catch (IOException)
        {
            // The container ends with its node; nothing else is to be done.
        }
    }

    /// <summary>Hands on every change of behaviour until the runner hangs up; what it ordered last stays.</summary>
    public async Task FollowAsync(Action<StandInBehaviour> adopt)
    {
        if (_stream is null)
            return;
        using var reader = new StreamReader(_stream, leaveOpen: true);
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (JsonSerializer.Deserialize(line, LauncherJson.Default.LauncherOrder)?.Behaviour is { } behaviour)
                    adopt(behaviour);
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            await Console.Error.WriteLineAsync($"changed annotations are not heard any more: {e.Message}").ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();
}
