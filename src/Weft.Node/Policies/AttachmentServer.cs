using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Policies;

/// <summary>Answers the CNI plugin weft-policy on a Unix socket: a line of JSON each way.</summary>
/// <remarks>
/// <code>
/// {"namespace":"default","name":"db-0","addresses":["10.244.1.7"]}    answered when the kernel has the policies of that pod
/// {}                                                                whether anybody is here
/// </code>
/// The answer is <c>{}</c>, or <c>{"error":"…"}</c>.
/// </remarks>
/// <param name="path">Path of the socket; only root may connect.</param>
/// <param name="attachments">Who waits.</param>
/// <param name="logger">Where to tell of failures.</param>
internal sealed class AttachmentServer(string path, Attachments attachments, ILogger logger)
{
    // Names have at most 253 characters, and a pod has a few addresses.
    private const int LongestQuestion = 8 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(600);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>Serves until cancelled; a failure is told, and listening begins anew.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                try
                {
                    using var listener = Listen();
                    while (true)
                        _ = ServeAsync(await listener.AcceptAsync(cancel).ConfigureAwait(false), cancel);
                }
                catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
                {
                    PolicyLog.NoAttachmentServer(logger, path, error.Message);
                }

                await Task.Delay(Retry, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }

    /// <summary>Reads a question; null when it is none.</summary>
    internal static (ObjectKey Pod, EquatableArray<IpAddress> Addresses)? Read(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        if (!JsonDocument.TryParseValue(ref reader, out var document))
            return null;
        using (document)
        {
            var root = document.RootElement;
            var addresses = new List<IpAddress>();
            foreach (var item in root.GetProperty("addresses").EnumerateArray())
                addresses.Add(IpAddress.Parse(item.GetString()));
            return (new ObjectKey(root.GetProperty("namespace").GetString()!, root.GetProperty("name").GetString()!), [.. addresses]);
        }
    }

    private Socket Listen()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancel)
    {
        using var owned = socket;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ended.CancelAfter(Patience);
        try
        {
            var line = await ReadLineAsync(socket, ended.Token).ConfigureAwait(false);
            var answer = await AnswerAsync(line, socket, ended).ConfigureAwait(false);
            await socket.SendAsync(Encoding.UTF8.GetBytes(answer + "\n"), ended.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // Who asked is gone, or the agent ends: there is nobody to tell.
        }
    }

    private async Task<string> AnswerAsync(byte[] line, Socket socket, CancellationTokenSource ended)
    {
        if (line.AsSpan().SequenceEqual("{}"u8))
            return "{}";
        try
        {
            if (Read(line) is not { } question)
                return Error("the question is no JSON");
            var gone = EndAsync(socket, ended);
            await attachments.WaitAsync(question.Pod, question.Addresses, ended.Token).ConfigureAwait(false);
            return "{}";
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return Error($"the question cannot be read: {error.Message}");
        }
    }

    /// <summary>A plugin that no longer waits closes its end.</summary>
    private static async Task EndAsync(Socket socket, CancellationTokenSource ended)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[16], ended.Token).ConfigureAwait(false) > 0)
            {
            }

            await ended.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It has been answered.
        }
    }

    private static async Task<byte[]> ReadLineAsync(Socket socket, CancellationToken cancel)
    {
        var buffer = new byte[LongestQuestion];
        var used = 0;
        while (used < buffer.Length)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(used), cancel).ConfigureAwait(false);
            if (count == 0)
                break;
            used += count;
            if (buffer.AsSpan(0, used).IndexOf((byte)'\n') is >= 0 and var end)
                return buffer[..end];
        }

        return buffer[..used];
    }

    private static string Error(string message) => $$"""{"error":"{{JsonEncodedText.Encode(message)}}"}""";
}
