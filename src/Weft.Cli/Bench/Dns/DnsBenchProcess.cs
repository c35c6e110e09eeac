using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Dns.Wire;
using Weft.Lab;
using Weft.Model.Dns;

namespace Weft.Cli.Bench.Dns;

/// <summary>A server that runs on a processor of its own, where there are two.</summary>
internal sealed class DnsBenchProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    /// <param name="command">What is started.</param>
    public DnsBenchProcess(IReadOnlyList<string> command)
    {
        var pinned = OnProcessor(0, command);
        _process = Process.Start(new ProcessStartInfo(pinned[0], pinned.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, line) => LastError = line.Data ?? LastError;
        _process.BeginErrorReadLine();
    }

    /// <summary>What it said last.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>What it weighs now; taskset becomes the server, so that the process is the server's.</summary>
    public double ResidentMegabytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return double.Parse(line["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
    }

    /// <summary>The command on one of the processors that we may use; as it is where there is only one.</summary>
    /// <param name="turn">The first or the second of them.</param>
    /// <param name="command">What is started.</param>
    public static string[] OnProcessor(int turn, IReadOnlyList<string> command) =>
        Processors() is { Length: > 1 } allowed ? ["taskset", "-c", allowed[turn], .. command] : [.. command];

    /// <summary>The first line that it prints.</summary>
    public async Task<string> FirstLineAsync(CancellationToken ct) =>
        await _process.StandardOutput.ReadLineAsync(ct).AsTask().WaitAsync(Patience, ct) ?? throw new LabException($"{_process.StartInfo.FileName} ended: {LastError}");

    /// <summary>Waits until it answers a query.</summary>
    /// <exception cref="LabException">It ended, or says nothing for long.</exception>
    public async Task AnswersAsync(string name, int port, CancellationToken ct)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience && !_process.HasExited; await Task.Delay(50, ct))
        {
            if (await AskAsync(port, ct))
                return;
        }

        throw new LabException($"{name} does not answer on port {port}: {LastError}");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<bool> AskAsync(int port, CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromMilliseconds(500));
        var buffer = new byte[1232];
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
            await socket.SendAsync(Query(), limit.Token);
            var length = await socket.ReceiveAsync(buffer, limit.Token);
            return DnsMessage.TryRead(buffer.AsSpan(0, length), out var answer) && answer.Answers.Count == 1;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return false;
        }
    }

    // A container may have processors 2 and 3 only: "2-3" or "0,2-3".
    private static string[] Processors() =>
    [
        .. File.ReadLines("/proc/self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1].Split(',')
            .Select(range => range.Split('-').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray())
            .SelectMany(range => Enumerable.Range(range[0], range[^1] - range[0] + 1)).Select(number => number.ToString(CultureInfo.InvariantCulture)),
    ];

    private static byte[] Query()
    {
        var writer = new MessageWriter(new byte[512]);
        writer.TryWriteQuestion(DnsName.Parse(DnsBenchNames.NameOf(DnsBenchNames.Services - 1)).Wire, DnsType.A);
        return writer.Finish(new DnsHeader(1, DnsFlags.RecursionDesired, 1)).ToArray();
    }
}
