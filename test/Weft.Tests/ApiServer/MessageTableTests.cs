using Weft.ApiServer.Kinds;
using Weft.ApiServer.Protobuf;

namespace Weft.Tests.ApiServer;

/// <summary>The field numbers of protobuf requests.</summary>
public sealed class MessageTableTests
{
    // Kinds that Go clients know by a definition only, and definitions themselves, are sent as JSON.
    private static readonly string[] JsonOnly = ["policy.networking.k8s.io", "apiextensions.k8s.io"];

    [Fact]
    public void Every_kind_can_be_sent_as_protobuf_with_all_that_is_in_it()
    {
        var seen = new HashSet<string>();
        var left = new Queue<string>(KindTable.BuiltIn.All.Where(kind => !JsonOnly.Contains(kind.Group)).Select(kind => MessageTable.NameOf(kind.ApiVersion, kind.Kind)));
        while (left.TryDequeue(out var name))
        {
            if (name.Length == 1 || !seen.Add(name))
                continue;
            var fields = MessageTable.BuiltIn.Find(name);
            Assert.True(fields is not null, $"{name} has no fields");
            foreach (var field in fields.Values)
                left.Enqueue(field.Type);
        }
    }
}
