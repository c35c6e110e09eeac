using Weft.Lab.Native.Launching;
using Weft.Lab.Native.Logging;
using Weft.Lab.Pods.Specs;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.StandIns;

/// <summary>Plays the part of an image that cannot be run; see README.md.</summary>
internal static class StandIn
{
    /// <summary>Serves until it is told to end; returns the exit code.</summary>
    public static int Run(ContainerSpec spec, RunnerLine line, ContainerLog log)
    {
        if (spec.Finish)
        {
            line.Report(LauncherReportKind.Started);
            return 0;
        }

        using var loop = new EventLoop();
        var responder = new HttpResponder(spec.Pod);
        var conduct = new Conduct(responder, line);
        conduct.Adopt(spec.Behaviour, loop);
        Listen(spec, responder, line, log, loop);
        if (line.Fd >= 0)
            loop.Add(conduct, Readiness.Read);
        line.Report(LauncherReportKind.Started);
        return loop.Run();
    }

    private static void Listen(ContainerSpec spec, HttpResponder responder, RunnerLine line, ContainerLog log, EventLoop loop)
    {
        var tcp = new TcpPorts(responder);
        foreach (var port in spec.Ports.Distinct())
        {
            var error = port.Udp ? ListenUdp(loop, port.Number) : tcp.Listen(loop, port.Number);
            var name = $"{(port.Udp ? "UDP" : "TCP")} port {port.Number}";
            log.Say(error == 0 ? $"listening on {name}" : $"cannot listen on {name}: {Errno.Name(error)}");
            if (error != 0)
                line.Report(LauncherReportKind.Notice, $"the stand-in cannot listen on {name}: {Errno.Name(error)}");
        }
    }

    private static int ListenUdp(EventLoop loop, int port)
    {
        var fd = InetSocket.BindDatagram(port);
        if (fd < 0)
            return -fd;
        loop.Add(new DatagramEcho(fd, port), Readiness.Read);
        return 0;
    }
}
