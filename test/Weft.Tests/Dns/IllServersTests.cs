using Weft.Dns.Completion;
using Weft.Dns.Forwarding;
using Weft.Dns.Wire;
using Weft.Model.Dns;
using Weft.Tests.Dns.Completion;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Dns;

/// <summary>How long a client waits while servers are silent, by a clock that only the test moves.</summary>
public sealed class IllServersTests
{
    private static readonly DnsName Name = DnsName.Parse("www.example.org"), Other = DnsName.Parse("www.example.net");
    private static readonly ForwarderOptions Unprobed = new() { HealthInterval = TimeSpan.FromHours(1) };

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Silent_servers_are_given_up_before_resolvers_give_up(int count)
    {
        var servers = Enumerable.Range(0, count).Select(_ => new MoodyUpstream(_time) { Mood = Mood.Silent }).ToList();
        var asking = new Forwarder(servers, Unprobed, _time).AskAsync(Name, DnsType.A).AsTask();
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(4); passed += TimeSpan.FromSeconds(1))
        {
            Assert.False(asking.IsCompleted, $"given up after {passed}");
            await UntilAsync(() => servers.Count(server => server.Asked > 0) == Math.Min(count, 1 + ((int)passed.TotalSeconds / 2)));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Contains("no answer within", (await InTimeAsync(asking)).Failure);
    }

    [Fact]
    public async Task While_all_are_ill_any_one_is_asked_for_a_second()
    {
        MoodyUpstream[] servers = [new(_time), new(_time), new(_time)];
        var forwarder = await IllAsync(servers);
        Array.ForEach(servers, server => server.Mood = Mood.Silent);
        var before = servers.Sum(server => server.Asked);
        var asking = forwarder.AskAsync(Other, DnsType.A).AsTask();
        await UntilAsync(() => servers.Sum(server => server.Asked) == before + 1);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(asking.IsCompleted, "given up too early");
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null((await InTimeAsync(asking)).Answer);
        Assert.Equal(before + 1, servers.Sum(server => server.Asked));

        Array.ForEach(servers, server => server.Mood = Mood.Well);
        Assert.NotNull((await InTimeAsync(forwarder.AskAsync(Other, DnsType.A).AsTask())).Answer);
    }

    [Fact]
    public async Task While_all_are_ill_an_old_answer_is_given_at_once_and_the_new_one_is_fetched()
    {
        MoodyUpstream[] servers = [new(_time)];
        var forwarder = new Forwarder(servers, Unprobed, _time);
        Assert.NotNull((await forwarder.AskAsync(Name, DnsType.A)).Answer);
        _time.Advance(TimeSpan.FromMinutes(2));
        await IllAsync(servers, forwarder);
        servers[0].Mood = Mood.Silent;
        var asking = forwarder.AskAsync(Name, DnsType.A);
        Assert.True(asking.IsCompleted, "it waits");
        Assert.True((await asking).IsStale);

        _time.Advance(TimeSpan.FromSeconds(1));
        servers[0].Mood = Mood.Well;
        await UntilAsync(() => forwarder.AskAsync(Name, DnsType.A).AsTask() is { IsCompletedSuccessfully: true, Result.IsStale: false });
    }

    [Fact]
    public async Task Servers_are_probed_while_all_are_ill_until_they_speak()
    {
        MoodyUpstream[] servers = [new(_time), new(_time)];
        var forwarder = await IllAsync(servers, new Forwarder(servers, new ForwarderOptions(), _time));
        Array.ForEach(servers, server => server.Mood = Mood.Well);
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(0.5));
            return forwarder.Upstreams.All(server => !server.IsIll(2));
        });
        Assert.NotNull((await InTimeAsync(forwarder.AskAsync(Name, DnsType.A).AsTask())).Answer);
    }

    [Fact]
    public async Task Names_of_a_search_list_that_are_slow_each_do_not_add_up()
    {
        var list = new SearchList([.. CompletionRig.ListOf("default").Ends, DnsName.Parse("corp.example"), DnsName.Parse("lab.example")], 5);
        var world = new MoodyUpstream(_time) { Mood = Mood.Silent, Code = DnsCode.NXDomain };
        var rig = new CompletionRig(new DnsTable([], ["default"]), world, list, _time, new ForwarderOptions { Patience = TimeSpan.FromHours(1) });
        var asking = Task.Run(() => rig.Ask(CompletionRig.Known, "www.example.org.default.svc.cluster.local"), TestContext.Current.CancellationToken);
        await UntilAsync(() => world.Asked == 1);
        _time.Advance(TimeSpan.FromSeconds(3));
        world.Speak();
        await UntilAsync(() => world.Asked == 2);
        await UntilAsync(() =>
        {
            // Whoever waits may be about to begin just now.
            _time.Advance(TimeSpan.FromSeconds(1));
            return asking.IsCompleted;
        });
        Assert.Equal(DnsCode.NXDomain, (await InTimeAsync(asking)).Code);
    }

    /// <summary>A forwarder all of whose servers failed twice.</summary>
    private async Task<Forwarder> IllAsync(MoodyUpstream[] servers, Forwarder? forwarder = null)
    {
        forwarder ??= new Forwarder(servers, Unprobed, _time);
        Array.ForEach(servers, server => server.Mood = Mood.Broken);
        for (var i = 0; i < 2; i++)
            Assert.Null((await forwarder.AskAsync(DnsName.Parse($"n{i}.example"), DnsType.A)).Answer);
        Assert.All(forwarder.Upstreams, server => Assert.True(server.IsIll(2)));
        return forwarder;
    }

    private static Task<T> InTimeAsync<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    private enum Mood
    {
        Well,
        Silent,
        Broken,
    }

    private sealed class MoodyUpstream(TimeProvider time) : IUpstream
    {
        private volatile TaskCompletionSource _speaks = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile Mood _mood;
        private int _asked;

        public string Name => "moody";

        public int Asked => Volatile.Read(ref _asked);

        public DnsCode Code { get; init; }

        public Mood Mood
        {
            get => _mood;
            set => _mood = value;
        }

        /// <summary>Answers what it was silent about; silent about what follows.</summary>
        public void Speak() => Interlocked.Exchange(ref _speaks, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

        public async ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
        {
            var speaks = _speaks;
            Interlocked.Increment(ref _asked);
            if (_mood == Mood.Broken)
                throw new UpstreamException("moody is broken");
            if (_mood == Mood.Silent)
                await speaks.Task.WaitAsync(Timeout.InfiniteTimeSpan, time, ct);
            var bytes = Answer(query.Span);
            bytes.CopyTo(answer);
            return bytes.Length;
        }

        private byte[] Answer(ReadOnlySpan<byte> query)
        {
            var asked = DnsTalk.Read(query);
            var (question, isThere) = (asked.Questions[0], Code == DnsCode.NoError);
            var writer = new MessageWriter(new byte[512]);
            Assert.True(writer.TryWriteQuestion(question.Name.Wire, question.Type));
            Assert.True(!isThere || writer.TryWriteRecord(question.Name.Wire, question.Type, 60, [192, 0, 2, 1]));
            return writer.Finish(new DnsHeader(asked.Header.Id, asked.Header.AnswerFlags(Code), 1, (ushort)(isThere ? 1 : 0))).ToArray();
        }
    }
}
