using System.Buffers;

namespace Weft.Lab.StandIns;

/// <summary>Tells by its first bytes what a connection speaks.</summary>
internal static class Greeting
{
    private const int Longest = 16;

    private static readonly (byte[] Bytes, Speech Speech)[] Known =
    [
        .. new[] { "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH " }.Select(method => (Ascii(method), Speech.Http1)),
        (Ascii("PRI * HTTP/2.0"), Speech.Http2),
        ([0x16, 0x03], Speech.Tls),
    ];

    /// <summary>What these bytes are the start of.</summary>
    public static Speech Of(in ReadOnlySequence<byte> bytes)
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(bytes.Length, Longest)];
        bytes.Slice(0, start.Length).CopyTo(start);
        var open = false;
        foreach (var (known, speech) in Known)
        {
            if (start.StartsWith(known))
                return speech;
            open |= known.AsSpan().StartsWith(start);
        }

        return open ? Speech.Open : Speech.Raw;
    }

    private static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text);
}
