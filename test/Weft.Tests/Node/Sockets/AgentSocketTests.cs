using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Node.Sockets;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Node.Sockets;

/// <summary>Whoever asks the agent gets an answer, whatever the question looks like.</summary>
public sealed class AgentSocketTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weft-socket-").FullName;
    private readonly CancellationTokenSource _end = new(TimeSpan.FromSeconds(60));
    private readonly TaskCompletionSource _left = new();
    private readonly Task _running;

    public AgentSocketTests()
    {
        var answers = new Dictionary<string, Answer>
        {
            ["echo"] = (question, connection, gone) => connection.SendAsync(Encoding.UTF8.GetBytes(question.GetProperty("echo").GetRawText()), gone),
            ["never"] = async (_, _, gone) => await Task.Delay(Timeout.Infinite, gone).ContinueWith(_ => _left.SetResult(), TaskScheduler.Default),
        };
        _running = new AgentSocket(Path.Combine(_folder, "run", "agent.sock"), answers, NullLogger.Instance).RunAsync(_end.Token);
    }

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("{\"echo\":[1, 2]}", "[1, 2]")]
    [InlineData("{\"other\":1}", "{\"error\":\"this agent does not know the question: it is of another version\"}")]
    public async Task A_question_is_known_by_one_of_its_properties(string question, string answer) => Assert.Equal(answer, await AskAsync(question));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("nothing")]
    [InlineData("{\"echo\":")]
    public async Task What_is_no_question_is_answered_by_an_error(string line) =>
        Assert.StartsWith("{\"error\":\"the question cannot be read", await AskAsync(line), StringComparison.Ordinal);

    [Fact]
    public async Task Who_closes_its_end_waits_for_nothing_any_more()
    {
        using (var socket = await ConnectAsync())
            await socket.SendAsync("{\"never\":1}\n"u8.ToArray(), _end.Token);
        await _left.Task.WaitAsync(_end.Token);
    }

    [Fact]
    public async Task It_listens_again_once_what_stood_in_the_way_is_gone()
    {
        var (time, obstacle) = (new ManualTime(), Path.Combine(_folder, "later"));
        await File.WriteAllTextAsync(obstacle, "a file where the folder of the socket belongs", _end.Token);
        var running = new AgentSocket(Path.Combine(obstacle, "agent.sock"), new Dictionary<string, Answer>(), NullLogger.Instance, time).RunAsync(_end.Token);
        while (time.Waiting == 0)
            await Task.Delay(1, _end.Token);

        File.Delete(obstacle);
        time.Advance(AgentSocket.Retry);

        Assert.Equal("{}", await AskAsync("{}", Path.Combine(obstacle, "agent.sock")));
        await _end.CancelAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _end.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string?> AskAsync(string question, string? path = null)
    {
        using var socket = await ConnectAsync(path);
        await socket.SendAsync(Encoding.UTF8.GetBytes(question + "\n"), _end.Token);
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadLineAsync(_end.Token);
    }

    private async Task<Socket> ConnectAsync(string? path = null)
    {
        path ??= Path.Combine(_folder, "run", "agent.sock");
        while (!File.Exists(path))
            await Task.Delay(1, _end.Token);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        while (true)
        {
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), _end.Token);
                return socket;
            }
            catch (SocketException notYet) when (notYet.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // Between bind and listen.
                await Task.Delay(1, _end.Token);
            }
        }
    }
}
