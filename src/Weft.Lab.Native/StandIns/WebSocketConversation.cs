using System.Buffers.Binary;

namespace Weft.Lab.Native.StandIns;

/// <summary>Gives WebSocket frames back as they come, so that a message of any size needs no memory.</summary>
/// <remarks>
/// <code>
///  FIN:1 RSV:3 opcode:4 | MASK:1 length:7 | [length:16 | length:64] | mask:32 | payload     RFC 6455, 5.2
/// </code>
/// </remarks>
internal sealed class WebSocketConversation : Conversation
{
    private const int Close = 8;
    private const int Ping = 9;
    private const int Pong = 10;
    private const int LongestControl = 125;

    private long _left;
    private uint _mask;
    private int _maskAt;
    private bool _discards;
    private bool _closesAfter;

    /// <inheritdoc/>
    public override int Take(ReadOnlySpan<byte> input, OutputBuffer output, long now)
    {
        var at = 0;
        while (!Ended && output.Length < Limits.PendingOutput)
        {
            var taken = _left > 0 ? TakePayload(input[at..], output) : TakeHeader(input[at..], output);
            if (taken == 0)
                break;
            at += taken;
        }

        return at;
    }

    private int TakeHeader(ReadOnlySpan<byte> input, OutputBuffer output)
    {
        if (input.Length < 2)
            return 0;
        var shortLength = input[1] & 0x7F;
        var size = 2 + (shortLength switch { 126 => 2, 127 => 8, _ => 0 }) + 4;
        if (input.Length < size)
            return 0;
        var opcode = input[0] & 0xF;
        var isControl = opcode >= Close;
        var isMasked = (input[1] & 0x80) != 0;
        var length = shortLength switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(input[2..]),
            127 => BinaryPrimitives.ReadInt64BigEndian(input[2..]),
            _ => shortLength,
        };
        if (!isMasked || (input[0] & 0x70) != 0 || length < 0 || opcode is (> 2 and < Close) or > Pong
            || (isControl && (length > LongestControl || (input[0] & 0x80) == 0)))
            return Fail(output);

        _left = length;
        _mask = BinaryPrimitives.ReadUInt32BigEndian(input[(size - 4)..]);
        _maskAt = 0;
        _discards = opcode == Pong;
        _closesAfter = opcode == Close;
        if (!_discards)
        {
            output.Write((byte)(opcode == Ping ? 0x80 | Pong : input[0]));
            output.Write((byte)shortLength);
            output.Write(input[2..(size - 4)]);
        }

        Ended = _closesAfter && _left == 0;
        return size;
    }

    private int TakePayload(ReadOnlySpan<byte> input, OutputBuffer output)
    {
        var taken = (int)Math.Min(_left, input.Length);
        for (var i = 0; i < taken; i++, _maskAt = (_maskAt + 1) & 3)
        {
            if (!_discards)
                output.Write((byte)(input[i] ^ (byte)(_mask >> (24 - (8 * _maskAt)))));
        }

        _left -= taken;
        Ended = _closesAfter && _left == 0;
        return taken;
    }

    // 1002: protocol error (RFC 6455, 7.4.1).
    private int Fail(OutputBuffer output)
    {
        output.Write([0x80 | Close, 2, 0x03, 0xEA]);
        Ended = true;
        return 0;
    }
}
