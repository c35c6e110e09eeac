using System.Buffers;
using System.Buffers.Text;

namespace Weft.Lab.Native.StandIns;

/// <summary>A request line and its header section, checked as RFC 9112 asks a server to (sections 3, 5 and 6).</summary>
/// <remarks>
/// <code>
/// method SP target SP HTTP/1.x CRLF
/// *( name ":" OWS value OWS CRLF )
/// CRLF
/// </code>
/// A bare LF ends a line too, so that a head can be typed by hand.
/// </remarks>
internal ref struct RequestHead
{
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>The method as sent.</summary>
    public ReadOnlySpan<byte> Method;

    /// <summary>The request target as sent, query included.</summary>
    public ReadOnlySpan<byte> Target;

    /// <summary>The header lines, each with its line end.</summary>
    public ReadOnlySpan<byte> Headers;

    /// <summary>The value of Host.</summary>
    public ReadOnlySpan<byte> Host;

    /// <summary>The value of Sec-WebSocket-Key when the request is a WebSocket handshake.</summary>
    public ReadOnlySpan<byte> WebSocketKey;

    /// <summary>The first of Sec-WebSocket-Protocol.</summary>
    public ReadOnlySpan<byte> WebSocketProtocol;

    /// <summary>Bytes of the body that follows; -1 when it comes in chunks.</summary>
    public long BodyLength;

    /// <summary>Whether the connection ends with this request.</summary>
    public bool IsLast;

    /// <summary>Whether the client waits for 100 (Continue) before it sends the body.</summary>
    public bool ExpectsContinue;

    private bool _hasHost;
    private bool _hasLength;
    private bool _isOldVersion;
    private bool _asksKeepAlive;
    private bool _asksUpgrade;
    private bool _asksWebSocket;
    private bool _isWebSocket13;

    /// <summary>The length of the head at the start of the input with its empty line; 0 while that is missing.</summary>
    public static int Measure(ReadOnlySpan<byte> input)
    {
        for (var at = 0; ;)
        {
            var end = input[at..].IndexOf((byte)'\n');
            if (end < 0)
                return 0;
            var line = input.Slice(at, end);
            at += end + 1;
            if (line.IsEmpty || line is [(byte)'\r'])
                return at;
        }
    }

    /// <summary>Reads a whole head.</summary>
    /// <returns>0, or the status code to refuse it with.</returns>
    public static int Parse(ReadOnlySpan<byte> bytes, out RequestHead head)
    {
        head = default;
        var rest = bytes;
        var status = head.ReadRequestLine(NextLine(ref rest));
        if (status != 0)
            return status;
        head.Headers = rest;
        for (var count = 1; NextHeader(ref rest, out var name, out var value, out status); count++)
        {
            status = count > Limits.Headers ? 431 : head.ReadHeader(name, value);
            if (status != 0)
                return status;
        }

        return status != 0 ? status : head.Conclude();
    }

    /// <summary>Takes one header line off; false at the end, or with a status code when the line is malformed.</summary>
    public static bool NextHeader(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out int status)
    {
        name = value = default;
        status = 0;
        var line = NextLine(ref rest);
        if (line.IsEmpty)
            return false;
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes) || line.IndexOf((byte)0) >= 0)
        {
            status = 400;
            return false;
        }

        name = line[..colon];
        value = line[(colon + 1)..].Trim(" \t"u8);
        return true;
    }

    private static ReadOnlySpan<byte> NextLine(scoped ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line is [.. var text, (byte)'\r'] ? text : line;
    }

    private int ReadRequestLine(ReadOnlySpan<byte> line)
    {
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1)
            return 400;
        Method = line[..first];
        Target = line[(first + 1)..last];
        if (Method.ContainsAnyExcept(TokenBytes) || Target.ContainsAnyInRange((byte)0, (byte)' '))
            return 400;
        var version = line[(last + 1)..];
        _isOldVersion = version.SequenceEqual("HTTP/1.0"u8);
        if (_isOldVersion || version.SequenceEqual("HTTP/1.1"u8))
            return 0;
        return version.StartsWith("HTTP/"u8) ? 505 : 400;
    }

    private int ReadHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Is(name, "host"u8))
        {
            if (_hasHost)
                return 400;
            _hasHost = true;
            Host = value;
        }
        else if (Is(name, "content-length"u8))
        {
            return ReadLength(value);
        }
        else if (Is(name, "transfer-encoding"u8))
        {
            if (!Is(value, "chunked"u8))
                return 501;
            if (_hasLength || BodyLength < 0)
                return 400;
            BodyLength = -1;
        }
        else if (Is(name, "connection"u8))
        {
            IsLast |= Lists(value, "close"u8);
            _asksKeepAlive |= Lists(value, "keep-alive"u8);
            _asksUpgrade |= Lists(value, "upgrade"u8);
        }
        else if (Is(name, "upgrade"u8))
        {
            _asksWebSocket |= Lists(value, "websocket"u8);
        }
        else if (Is(name, "expect"u8))
        {
            ExpectsContinue = Is(value, "100-continue"u8);
        }
        else
        {
            ReadWebSocketHeader(name, value);
        }

        return 0;
    }

    private void ReadWebSocketHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Is(name, "sec-websocket-key"u8))
            WebSocketKey = value;
        else if (Is(name, "sec-websocket-version"u8))
            _isWebSocket13 = value.SequenceEqual("13"u8);
        else if (Is(name, "sec-websocket-protocol"u8) && WebSocketProtocol.IsEmpty)
            WebSocketProtocol = (value.IndexOf((byte)',') is >= 0 and var comma ? value[..comma] : value).Trim(" \t"u8);
    }

    // Two lengths, or a length beside chunks, are how requests are smuggled (RFC 9112, 6.3).
    private int ReadLength(ReadOnlySpan<byte> value)
    {
        if (_hasLength || BodyLength < 0 || value.Length is 0 or > 15 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return 400;
        _hasLength = Utf8Parser.TryParse(value, out BodyLength, out _);
        return 0;
    }

    private int Conclude()
    {
        if (!_hasHost && !_isOldVersion)
            return 400;
        IsLast |= _isOldVersion && !_asksKeepAlive;
        ExpectsContinue &= !_isOldVersion;
        var isHandshake = _asksUpgrade && _asksWebSocket && _isWebSocket13 && BodyLength == 0 && Method.SequenceEqual("GET"u8);
        if (!isHandshake || WebSocketKey.Length != 24)
            WebSocketKey = default;
        return 0;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) =>
        System.Text.Ascii.EqualsIgnoreCase(text, lower);

    private static bool Lists(ReadOnlySpan<byte> list, ReadOnlySpan<byte> lower)
    {
        foreach (var range in list.Split((byte)','))
        {
            if (Is(list[range].Trim(" \t"u8), lower))
                return true;
        }

        return false;
    }
}
