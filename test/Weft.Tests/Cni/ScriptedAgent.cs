using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Weft.Tests.Cni;

/// <summary>A node's agent that answers by a script, one connection after the other.</summary>
internal sealed class ScriptedAgent : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, string?> _answer;
    private readonly Action _atGivingUp;
    private readonly Task _serving;

    /// <param name="path">Its socket.</param>
    /// <param name="answer">The answer to a question; null to say nothing until who asks gives up.</param>
    /// <param name="atGivingUp">Called when somebody did.</param>
    public ScriptedAgent(string path, Func<string, string?> answer, Action? atGivingUp = null)
    {
        (_answer, _atGivingUp) = (answer, atGivingUp ?? (static () => { }));
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>What it was asked.</summary>
    public ConcurrentQueue<string> Questions { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var stream = new NetworkStream(await _listener.AcceptAsync(_end.Token), ownsSocket: true);
                await AnswerAsync(stream);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            var reader = new StreamReader(stream);
            var question = (await reader.ReadLineAsync(_end.Token))!;
            Questions.Enqueue(question);
            if (_answer(question) is { } answer)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"{answer}\n"), _end.Token);
                return;
            }

            await reader.ReadLineAsync(_end.Token);
            _atGivingUp();
        }
        catch (IOException)
        {
            // Who asked is gone.
        }
    }
}
