using System.Diagnostics;
using Weft.Model.Links;
using Weft.Netlink;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Netlink;

/// <summary>Namespaces: made, entered, pinned, found by others' tools, deleted.</summary>
public sealed class NetworkNamespaceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weft-netns-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Entering_moves_one_thread_and_nobody_else()
    {
        using var before = NetworkNamespace.Current();
        using var other = NetworkNamespace.Create();
        using var seen = other.Run(NetworkNamespace.Current);
        using var after = NetworkNamespace.Current();
        Assert.Equal(other, seen);
        Assert.Equal(before, after);
        Assert.NotEqual(before, other);
    }

    [Fact]
    public void What_fails_inside_comes_out_as_it_is()
    {
        using var other = NetworkNamespace.Create();
        Assert.Throws<InvalidTimeZoneException>(() => other.Run(() => throw new InvalidTimeZoneException()));
    }

    [Fact]
    public void A_socket_stays_where_it_was_opened()
    {
        using var other = NetworkNamespace.Create();
        using var stack = KernelNetworkStack.Open(other);
        stack.CreateLink(new LinkSpec("only-there", new BridgeKind()));
        using var here = KernelNetworkStack.Open();
        Assert.Null(here.FindLink("only-there"));
        Assert.NotNull(stack.FindLink("only-there"));
    }

    [Fact]
    public void A_pinned_namespace_outlives_its_handle_until_it_is_deleted()
    {
        var path = Path.Combine(_folder, "pod");
        ulong inode;
        using (var made = NetworkNamespace.CreatePinned(path))
            inode = made.Inode;
        using (var found = NetworkNamespace.Open(path))
            Assert.Equal(inode, found.Inode);
        NetworkNamespace.DeletePinned(path);
        Assert.False(File.Exists(path));
        Assert.Equal("ENOENT", Assert.Throws<NetlinkException>(() => NetworkNamespace.DeletePinned(path)).ErrnoName);
    }

    [Fact]
    public void A_path_that_is_taken_is_left_alone()
    {
        var path = Path.Combine(_folder, "taken");
        File.WriteAllText(path, "mine");
        Assert.Equal("EEXIST", Assert.Throws<NetlinkException>(() => NetworkNamespace.CreatePinned(path)).ErrnoName);
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public void A_pin_that_lost_its_mount_can_still_be_deleted()
    {
        var path = Path.Combine(_folder, "half");
        File.WriteAllText(path, string.Empty);
        NetworkNamespace.DeletePinned(path);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_file_that_pins_nothing_is_told_from_a_namespace()
    {
        var path = Path.Combine(_folder, "file");
        File.WriteAllText(path, "text");
        var exception = Assert.Throws<NetlinkException>(() => NetworkNamespace.Open(path));
        Assert.Equal("EINVAL", exception.ErrnoName);
        Assert.Contains("pins no network namespace", exception.Message);
        Assert.Equal("EINVAL", Assert.Throws<NetlinkException>(() => NetworkNamespace.Open("/proc/self/ns/mnt")).ErrnoName);
        Assert.Equal("ENOENT", Assert.Throws<NetlinkException>(() => NetworkNamespace.Open("/run/no/such")).ErrnoName);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    public void A_name_that_is_none_is_the_callers_bug(string name) => Assert.Throws<ArgumentException>(() => NetworkNamespace.PathOf(name));

    [Fact]
    public void Standard_tools_enter_a_pinned_namespace()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/nsenter"), "nsenter (util-linux) is not installed");
        var path = Path.Combine(_folder, "pod");
        using var where = NetworkNamespace.CreatePinned(path);
        try
        {
            using var tool = Process.Start(new ProcessStartInfo("nsenter", [$"--net={path}", "readlink", "/proc/self/ns/net"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            Assert.Equal($"net:[{where.Inode}]", tool.StandardOutput.ReadToEnd().Trim());
        }
        finally
        {
            NetworkNamespace.DeletePinned(path);
        }
    }

    [Fact]
    public void The_namespace_of_a_process_is_found_by_its_number()
    {
        using var current = NetworkNamespace.Current();
        using var own = NetworkNamespace.OpenProcess(Environment.ProcessId);
        Assert.Equal(current, own);
        Assert.True(Assert.Throws<NetlinkException>(() => NetworkNamespace.OpenProcess(int.MaxValue)).NotFound);
    }

    [Fact]
    public void A_thousand_entries_leak_no_descriptor()
    {
        using var where = NetworkNamespace.Create();
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (var i = 0; i < 1000; i++)
            where.Run(static () => KernelNetworkStack.Open().Dispose());
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 300);
        Assert.False(Descriptors.IsOpen(-1));
    }
}
