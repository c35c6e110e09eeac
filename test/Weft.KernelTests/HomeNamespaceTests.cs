using Weft.Netlink.Namespaces;

namespace Weft.KernelTests;

public sealed class HomeNamespaceTests
{
    [Fact]
    public void Shared_threads_stay_at_home_whoever_needs_them()
    {
        using var home = NetworkNamespace.Current();
        using var away = NetworkNamespace.Create();
        var seen = away.Run(() =>
        {
            var asked = Enumerable.Range(0, 200).Select(_ => Task.Run(() =>
            {
                Thread.Sleep(1);
                using var here = NetworkNamespace.Current();
                return here.Inode;
            })).ToArray();
            Task.WaitAll(asked);
            return asked.Select(task => task.Result).ToHashSet();
        });
        Assert.Equal([home.Inode], seen);
    }
}
