using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;

namespace Weft.Lab.Native.StandIns;

/// <summary>The server's half of the opening handshake (RFC 6455, 4.2.2).</summary>
internal static class WebSocketHandshake
{
    private const int Sha1Size = 20;

    /// <summary>Writes 101 (Switching Protocols) with the accepted key and the first protocol that was offered.</summary>
    public static void Accept(in RequestHead head, OutputBuffer output)
    {
        Span<byte> accept = stackalloc byte[28];
        AcceptKey(head.WebSocketKey, accept);
        output.Write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "u8);
        output.Write(accept);
        if (!head.WebSocketProtocol.IsEmpty)
        {
            output.Write("\r\nSec-WebSocket-Protocol: "u8);
            output.Write(head.WebSocketProtocol);
        }

        output.Write("\r\n\r\n"u8);
    }

    /// <summary>base64(SHA-1(key + GUID)), 28 characters, of a key of 24.</summary>
    public static void AcceptKey(ReadOnlySpan<byte> key, Span<byte> accept)
    {
        // 24 + 36 bytes and their padding: always two blocks.
        Span<byte> message = stackalloc byte[128];
        message.Clear();
        key.CopyTo(message);
        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.CopyTo(message[key.Length..]);
        message[60] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(message[120..], 60 * 8);

        Span<byte> digest = stackalloc byte[Sha1Size];
        Digest(message, digest);
        Base64.EncodeToUtf8(digest, accept, out _, out _);
    }

    // SHA-1 by RFC 3174, 6.1. The framework's would load OpenSSL into a process that has 8 MB for everything; no secret is at stake.
    private static void Digest(ReadOnlySpan<byte> padded, Span<byte> digest)
    {
        Span<uint> state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];
        Span<uint> w = stackalloc uint[80];
        for (; !padded.IsEmpty; padded = padded[64..])
        {
            for (var t = 0; t < 80; t++)
            {
                w[t] = t < 16
                    ? BinaryPrimitives.ReadUInt32BigEndian(padded[(t * 4)..])
                    : BitOperations.RotateLeft(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
            }

            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4]);
            for (var t = 0; t < 80; t++)
            {
                var (f, k) = t switch
                {
                    < 20 => ((b & c) | (~b & d), 0x5A827999u),
                    < 40 => (b ^ c ^ d, 0x6ED9EBA1u),
                    < 60 => ((b & c) | (b & d) | (c & d), 0x8F1BBCDCu),
                    _ => (b ^ c ^ d, 0xCA62C1D6u),
                };
                (a, b, c, d, e) = (BitOperations.RotateLeft(a, 5) + f + e + w[t] + k, a, BitOperations.RotateLeft(b, 30), c, d);
            }

            (state[0], state[1], state[2], state[3], state[4]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e);
        }

        for (var i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * 4)..], state[i]);
    }
}
