using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Weft.Lab;
using Weft.Node.Policies.Verdicts;

namespace Weft.Cli.Policies;

/// <summary>The verdicts of several agents as one stream.</summary>
/// <param name="agents">The agents.</param>
/// <param name="tell">Told of what is missing: a node that does not answer, packets that nobody read.</param>
internal sealed class VerdictFeed(IReadOnlyList<Agent> agents, Action<string> tell)
{
    private const int VerdictsAtOnce = 1000;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>What the agents hold, in order of time.</summary>
    /// <exception cref="LabException">No agent answers.</exception>
    public async Task<IReadOnlyList<NamedVerdict>> HeldAsync(CancellationToken ct)
    {
        var (held, failures) = (new List<NamedVerdict>(), new List<LabException>());
        foreach (var agent in agents)
        {
            try
            {
                await foreach (var line in LinesAsync(agent, follow: false, ct))
                {
                    if (line.Verdict is { } verdict)
                        held.Add(verdict);
                }
            }
            catch (LabException failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count == agents.Count)
            throw failures[0];
        failures.ForEach(failure => tell(failure.Message));
        return [.. held.OrderBy(verdict => verdict.Time)];
    }

    /// <summary>What the agents hold, then what comes, until cancelled. An agent that goes away is asked again when it is back.</summary>
    public async IAsyncEnumerable<NamedVerdict> FollowAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var queue = Channel.CreateBounded<NamedVerdict>(VerdictsAtOnce);
        var readers = agents.Select(agent => FollowAsync(agent, queue.Writer, ct)).ToList();
        var end = Task.WhenAll(readers).ContinueWith(task => queue.Writer.TryComplete(task.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await foreach (var verdict in queue.Reader.ReadAllAsync(ct))
            yield return verdict;
        await end;
    }

    private async Task FollowAsync(Agent agent, ChannelWriter<NamedVerdict> writer, CancellationToken ct)
    {
        var (told, since) = (default(string), DateTimeOffset.MinValue);
        while (true)
        {
            try
            {
                var isLive = false;
                await foreach (var line in LinesAsync(agent, follow: true, ct))
                {
                    (isLive, told) = (isLive || line.IsLive, null);

                    // Asked again, it says again what it holds.
                    if (line.Verdict is not { } verdict || (!isLive && verdict.Time <= since))
                        continue;
                    since = verdict.Time;
                    await writer.WriteAsync(verdict, ct);
                }
            }
            catch (LabException failure)
            {
                if (told != failure.Message)
                    tell(told = failure.Message);
            }

            await Task.Delay(Retry, ct);
        }
    }

    private async IAsyncEnumerable<VerdictLine> LinesAsync(Agent agent, bool follow, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var text in agent.AskAsync(follow ? """{"verdicts":{"follow":true}}""" : """{"verdicts":{}}""", ct))
        {
            var line = JsonSerializer.Deserialize(text, VerdictJson.Plain.VerdictLine)!;
            if (line.Missed > 0)
                tell($"{agent.Name}: {line.Missed} packets more could not be read in time and are not shown");
            if (line.Unlogged > 0)
                tell($"{agent.Name}: at least {line.Unlogged} packets more are not shown, as the kernel logs only so many in a second: the metric weft_policy_rule_packets_total counts all of them");
            yield return line;
        }
    }
}
