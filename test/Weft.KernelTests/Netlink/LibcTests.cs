using System.Text;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.KernelTests.Netlink;

/// <summary>The system calls that launchers use.</summary>
public sealed class LibcTests
{
    [Fact]
    public void Descriptors_travel_over_a_socket()
    {
        var (first, second) = UnixSockets.Pair();
        var (read, write) = Descriptors.Pipe();
        using (first)
        using (second)
        using (read)
        using (write)
        {
            Assert.Equal(2, UnixSockets.Send(first.Value, "hi"u8, read.Value, write.Value));
            var buffer = new byte[16];
            Assert.Equal(2, UnixSockets.Receive(second.Value, buffer, out var received));
            Assert.Equal(2, received.Length);
            Assert.All(received, fd => Assert.True(Descriptors.IsOpen(fd.Value)));
            foreach (var fd in received)
                fd.Dispose();
            first.Dispose();
            Assert.Equal(0, UnixSockets.Receive(second.Value, buffer, out received));
            Assert.Empty(received);
        }
    }

    [Fact]
    public void A_child_starts_with_its_descriptors_and_is_collected()
    {
        var (read, write) = Descriptors.Pipe();
        using (read)
        {
            var pid = Spawner.Start(["sh", "-c", "echo $GREETING; exit 3"], ["PATH=/usr/bin:/bin", "GREETING=hello"], [(write.Value, 1)]);
            write.Dispose();
            using var stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(read.Release(), ownsHandle: true), FileAccess.Read);
            Assert.Equal("hello\n", new StreamReader(stream, Encoding.UTF8).ReadToEnd());
            EndedWith(pid, 3);
            Assert.Null(Processes.TryWait(pid));
        }
    }

    [Fact]
    public void A_signal_ends_a_child_and_shows_in_its_status()
    {
        var pid = Spawner.Start(["sleep", "60"]);
        Assert.True(Processes.Kill(pid, Processes.SigKill));
        EndedWith(pid, 128 + Processes.SigKill);
        Assert.False(Processes.Kill(pid, Processes.SigKill));
    }

    [Fact]
    public void A_program_that_is_not_there_is_said()
    {
        var exception = Assert.Throws<NetlinkException>(() => Spawner.Start(["no-such-program-anywhere"]));
        Assert.Equal(("ENOENT", "start no-such-program-anywhere"), (exception.ErrnoName, exception.Operation));
    }

    [Fact]
    public void A_terminal_has_the_size_that_it_was_given()
    {
        Assert.SkipUnless(File.Exists("/dev/ptmx"), "no devpts is mounted");
        var (controller, terminal, number) = Terminals.OpenPair();
        using (controller)
        using (terminal)
        {
            Terminals.Resize(controller.Value, columns: 132, rows: 43);
            Assert.Equal((132, 43), Terminals.Size(terminal.Value));
            Assert.True(number >= 0);
        }
    }

    [Theory]
    [InlineData(3 << 8, 0, 3)]
    [InlineData(9, 9, 137)]
    [InlineData(0x80 | 11, 11, 139)]
    public void A_status_is_told_as_a_shell_would(int raw, int signal, int exitCode)
    {
        var status = new ChildStatus(1, raw);
        Assert.Equal((signal, exitCode), (status.Signal, status.ExitCode));
    }

    [Fact]
    public void A_closed_descriptor_is_not_used_again()
    {
        var (read, write) = Descriptors.Pipe();
        read.Dispose();
        write.Dispose();
        Assert.Throws<ObjectDisposedException>(() => read.Value);
    }

    // As process 1 of a pid namespace .NET itself collects children too once somebody uses System.Diagnostics.Process, and may be faster.
    private static void EndedWith(int pid, int exitCode)
    {
        var status = Processes.Wait(pid);
        Assert.True(status?.ExitCode == exitCode || (status is null && Processes.Self == 1), $"{status}");
    }
}
