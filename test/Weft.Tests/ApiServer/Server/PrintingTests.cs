using System.Text.Json.Nodes;
using Weft.ApiServer.Kinds;

namespace Weft.Tests.ApiServer.Server;

public sealed class PrintingTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(-10, "<invalid>")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(185, "3m5s")]
    [InlineData(600, "10m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData((3 * 3600) + (4 * 60), "3h4m")]
    [InlineData(8 * 3600, "8h")]
    [InlineData(48 * 3600, "2d")]
    [InlineData(50 * 3600, "2d2h")]
    [InlineData(8 * 24 * 3600, "8d")]
    [InlineData(800L * 24 * 3600, "2y70d")]
    [InlineData(3000L * 24 * 3600, "8y")]
    public void Ages_are_short(long seconds, string text) => Assert.Equal(text, HumanDuration.Format(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("""{"status":{"phase":"Pending"}}""", "Pending")]
    [InlineData("""{"status":{"phase":"Failed","reason":"Evicted"}}""", "Evicted")]
    [InlineData("""{"status":{"phase":"Pending","containerStatuses":[{"state":{"waiting":{"reason":"ContainerCreating"}}}]}}""", "ContainerCreating")]
    [InlineData("""{"status":{"phase":"Running","containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}}""", "ExitCode:3")]
    [InlineData("""{"status":{"phase":"Running","containerStatuses":[{"state":{"terminated":{"signal":9}}}]}}""", "Signal:9")]
    [InlineData("""{"status":{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"reason":"Completed"}}}]}}""", "Completed")]
    [InlineData("""{"spec":{"initContainers":[{},{}]},"status":{"phase":"Pending","initContainerStatuses":[{"state":{"terminated":{"exitCode":0}}},{"state":{"running":{}}}]}}""", "Init:1/2")]
    [InlineData("""{"spec":{"initContainers":[{}]},"status":{"phase":"Pending","initContainerStatuses":[{"state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}}""", "Init:Error")]
    [InlineData("""{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Running"}}""", "Terminating")]
    public void A_pod_is_one_word(string pod, string word) => Assert.Equal(word, PodSummary.Of(JsonNode.Parse(pod)!.AsObject()).Status);

    [Fact]
    public void Every_kind_prints_an_empty_object_without_failing()
    {
        foreach (var kind in KindTable.BuiltIn.All)
        {
            foreach (var tree in (string[])["{}", """{"metadata":7,"spec":[],"status":"x","data":7,"subsets":{},"ports":7,"involvedObject":[]}"""])
            {
                foreach (var column in kind.Columns)
                    column.Cell(JsonNode.Parse(tree)!.AsObject(), DateTimeOffset.UnixEpoch);
            }
        }
    }
}
