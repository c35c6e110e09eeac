using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Weft.Node.Sockets;

/// <summary>Answers a question, on the connection on which it was asked.</summary>
/// <param name="question">The question's object.</param>
/// <param name="connection">Where the answer goes.</param>
/// <param name="gone">Cancelled when nobody waits for the answer any more.</param>
internal delegate Task Answer(JsonElement question, AgentConnection connection, CancellationToken gone);

/// <summary>The Unix socket on which programs of this node ask the agent: a line of JSON, and lines of JSON in answer.</summary>
/// <remarks>
/// <code>
/// {}                                    is anybody here?
/// {"addresses":[…],…}                   a question is known by one of its properties
/// {} or {"error":"…"} or …              what the answer is, its question says
/// </code>
/// </remarks>
/// <param name="path">Path of the socket; only root may connect.</param>
/// <param name="answers">Who answers, by the property that tells the question.</param>
/// <param name="logger">Where to tell of failures.</param>
/// <param name="time">The clock; the system's when null.</param>
internal sealed class AgentSocket(string path, IReadOnlyDictionary<string, Answer> answers, ILogger logger, TimeProvider? time = null)
{
    /// <summary>The rest after a failure.</summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

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
                    Log.NoAgentSocket(logger, path, error.Message);
                }

                await Task.Delay(Retry, _time, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
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
        using var connection = new AgentConnection(socket);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var line = await connection.ReadLineAsync(gone.Token).ConfigureAwait(false);
            var end = connection.EndAsync(gone);
            await AnswerAsync(line, connection, gone.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // Who asked is gone, or the agent ends: there is nobody to tell.
        }
    }

    private async Task AnswerAsync(byte[] line, AgentConnection connection, CancellationToken gone)
    {
        try
        {
            using var question = JsonDocument.Parse(line);
            var asked = question.RootElement.EnumerateObject().Select(property => property.Name).ToList();
            if (asked.Count == 0)
                await connection.SendAsync("{}"u8.ToArray(), gone).ConfigureAwait(false);
            else if (asked.Find(answers.ContainsKey) is { } known)
                await answers[known](question.RootElement, connection, gone).ConfigureAwait(false);
            else
                await connection.SendErrorAsync("this agent does not know the question: it is of another version", gone).ConfigureAwait(false);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            await connection.SendErrorAsync($"the question cannot be read: {error.Message}", gone).ConfigureAwait(false);
        }
    }
}
