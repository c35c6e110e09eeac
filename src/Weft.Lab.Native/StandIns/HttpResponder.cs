using System.Text;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.Native.StandIns;

/// <summary>Writes the answers of a stand-in: who it is and what it was asked.</summary>
/// <remarks>The body's keys are those of docs/lab.md: pod, namespace, node, ip, client, method, path, host, headers.</remarks>
internal sealed class HttpResponder
{
    private readonly byte[] _identity;
    private readonly OutputBuffer _body = new();
    private PathRules _statuses = PathRules.None;
    private PathRules _delays = PathRules.None;

    /// <summary>Answers in the name of a pod.</summary>
    public HttpResponder(PodIdentity pod)
    {
        Pair("{\"pod\":"u8, pod.Name);
        Pair(",\"namespace\":"u8, pod.Namespace);
        Pair(",\"node\":"u8, pod.Node);
        Pair(",\"ip\":"u8, pod.Ip);
        _identity = _body.Written.ToArray();
    }

    /// <summary>Takes over what annotations ask for; returns what could not be read.</summary>
    public string? Adopt(StandInBehaviour behaviour)
    {
        _statuses = PathRules.Parse(behaviour.Status, StatusRule.TryParse, out var status);
        _delays = PathRules.Parse(behaviour.Delay, Durations.TryParse, out var delay);
        return status is not null ? $"annotation weft/stand-in-status: {status}"
            : delay is not null ? $"annotation weft/stand-in-delay: {delay}"
            : null;
    }

    /// <summary>How long the answer to this target waits, in milliseconds.</summary>
    public int DelayFor(ReadOnlySpan<byte> target) => _delays.For(target, 0);

    /// <summary>The status that this target is answered with.</summary>
    public int StatusFor(ReadOnlySpan<byte> target) => _statuses.For(target, 200);

    /// <summary>Writes the answer to a well-formed request.</summary>
    public void Answer(in RequestHead head, string client, OutputBuffer output)
    {
        var status = StatusFor(head.Target);
        WriteBody(head, client);
        var hasBody = status is not (204 or 304);
        output.Write("HTTP/1.1 "u8);
        output.Write(status);
        output.Write(" "u8);
        output.Write(Encoding.ASCII.GetBytes(Reason(status)));
        if (hasBody)
        {
            output.Write("\r\nContent-Type: application/json\r\nContent-Length: "u8);
            output.Write(_body.Length);
        }

        output.Write(head.IsLast ? "\r\nConnection: close\r\n\r\n"u8 : "\r\nConnection: keep-alive\r\n\r\n"u8);
        if (hasBody && !head.Method.SequenceEqual("HEAD"u8))
            output.Write(_body.Written);
        _body.Clear();
    }

    /// <summary>Writes the answer to a request that cannot be served; the connection ends with it.</summary>
    public static void Refuse(int status, OutputBuffer output)
    {
        output.Write("HTTP/1.1 "u8);
        output.Write(status);
        output.Write(" "u8);
        output.Write(Encoding.ASCII.GetBytes(Reason(status)));
        output.Write("\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);
    }

    private void WriteBody(in RequestHead head, string client)
    {
        _body.Clear();
        _body.Write(_identity);
        Pair(",\"client\":"u8, client);
        _body.Write(",\"method\":"u8);
        _body.WriteJson(head.Method);
        _body.Write(",\"path\":"u8);
        _body.WriteJson(head.Target);
        _body.Write(",\"host\":"u8);
        _body.WriteJson(head.Host);
        _body.Write(",\"headers\":{"u8);
        WriteHeaders(head.Headers);
        _body.Write("}}\n"u8);
    }

    // One member per name, in lower case; the values of a repeated name joined as RFC 9110, 5.3 allows.
    private void WriteHeaders(ReadOnlySpan<byte> lines)
    {
        Span<byte> lower = stackalloc byte[256];
        Span<byte> joined = stackalloc byte[Limits.RequestHead];
        var isFirst = true;
        var rest = lines;
        while (NextHeader(ref rest, out var name, out var value))
        {
            if (IsRepeated(lines[..(lines.Length - rest.Length)], name))
                continue;
            var length = Join(value, rest, name, joined);
            if (!isFirst)
                _body.Write((byte)',');
            isFirst = false;
            var shown = name[..Math.Min(name.Length, lower.Length)];
            Ascii.ToLower(shown, lower, out _);
            _body.WriteJson(lower[..shown.Length]);
            _body.Write((byte)':');
            _body.WriteJson(joined[..length]);
        }
    }

    private static bool NextHeader(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        RequestHead.NextHeader(ref rest, out name, out value, out _);

    private static bool IsRepeated(ReadOnlySpan<byte> seen, ReadOnlySpan<byte> name)
    {
        var count = 0;
        while (NextHeader(ref seen, out var other, out _))
            count += Ascii.EqualsIgnoreCase(other, name) ? 1 : 0;
        return count > 1;
    }

    private static int Join(ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, Span<byte> joined)
    {
        value.CopyTo(joined);
        var length = value.Length;
        while (NextHeader(ref rest, out var other, out var more))
        {
            if (!Ascii.EqualsIgnoreCase(other, name))
                continue;
            ", "u8.CopyTo(joined[length..]);
            more.CopyTo(joined[(length + 2)..]);
            length += more.Length + 2;
        }

        return length;
    }

    private void Pair(ReadOnlySpan<byte> key, string value)
    {
        _body.Write(key);
        _body.WriteJson(Encoding.UTF8.GetBytes(value));
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Status",
    };
}
