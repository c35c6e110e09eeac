using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Weft.Lab.Native.StandIns;
using Weft.Lab.Pods.Specs;
using Weft.Netlink.Libc;

namespace Weft.Lab.StandIns;

/// <summary>The larger stand-in: what the small native one does, and HTTP/2, TLS and gRPC on the same ports.</summary>
public static class FullStandInProgram
{
    /// <summary>Serves until it is told to end; returns the exit code.</summary>
    /// <param name="file">The container's specification.</param>
    /// <param name="fd">The line to the pod runner; null by hand.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<int> RunAsync(string file, int? fd, CancellationToken ct)
    {
        var spec = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(file, ct).ConfigureAwait(false), LauncherJson.Default.ContainerSpec)
            ?? throw new LabException($"{file} is empty");
        using var line = new StandInLine(fd);
        using var conduct = new StandInConduct(line);
        conduct.Adopt(spec.Behaviour);
        var sorted = new SortedConnections();
        var server = StandInServer.Build(spec.Pod, conduct, sorted);
        await using (server.ConfigureAwait(false))
        {
            await server.StartAsync(ct).ConfigureAwait(false);
            var sorter = new ConnectionSorter(sorted);
            Listen(spec, sorter, line);
            line.Report(LauncherReportKind.Started);
            _ = line.FollowAsync(conduct.Adopt);
            try
            {
                await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Whoever holds a connection is not waited for.
                Processes.ExitNow(0);
            }
        }

        return 0;
    }

    private static void Listen(ContainerSpec spec, ConnectionSorter sorter, StandInLine line)
    {
        var datagrams = new EventLoop();
        foreach (var port in spec.Ports.Distinct())
        {
            var fd = port.Udp ? InetSocket.BindDatagram(port.Number) : InetSocket.ListenStream(port.Number);
            var name = $"{(port.Udp ? "UDP" : "TCP")} port {port.Number}";
            if (fd < 0)
            {
                Console.Error.WriteLine($"cannot listen on {name}: {Errno.Name(-fd)}");
                line.Report(LauncherReportKind.Notice, $"the stand-in cannot listen on {name}: {Errno.Name(-fd)}");
                continue;
            }

            if (port.Udp)
                datagrams.Add(new DatagramEcho(fd, port.Number), Readiness.Read);
            else
                _ = sorter.AcceptAsync(new FileHandleEndPoint((ulong)fd, FileHandleType.Tcp));
            Console.Error.WriteLine($"listening on {name}: {(port.Udp ? "echo" : "HTTP/1.1, HTTP/2, TLS, gRPC, WebSocket, otherwise echo")}");
        }

        new Thread(() => datagrams.Run()) { IsBackground = true, Name = "udp" }.Start();
    }
}
