using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Weft.KernelTests;

/// <summary>Starts the threads that the runtime shares among everybody, while there is one network namespace only.</summary>
/// <remarks>
/// A thread begins in the namespace of the one that started it. When a test's thread in a node's namespace is the first to need a thread of the pool, that thread
/// would stay there, and open sockets of others there for as long as the tests run. The project file has the pool keep these.
/// </remarks>
internal static class HomeNamespace
{
    private const int Workers = 32;

    [ModuleInitializer]
    internal static void Begin()
    {
        ThreadPool.SetMinThreads(Workers, Workers);
        using var all = new Barrier(Workers + 1);
        for (var i = 0; i < Workers; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static all => all.SignalAndWait(), all, preferLocal: false);
        all.SignalAndWait();

        // The thread that waits for sockets, that for children, and that for times.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var received = socket.ReceiveFromAsync(new byte[1], new IPEndPoint(IPAddress.Any, 0));
        socket.SendTo([1], socket.LocalEndPoint!);
        received.Wait();
        using var child = Process.Start("true");
        child.WaitForExitAsync().Wait();
        Task.Delay(1).Wait();
    }
}
