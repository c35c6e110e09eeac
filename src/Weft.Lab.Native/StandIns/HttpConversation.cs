namespace Weft.Lab.Native.StandIns;

/// <summary>HTTP/1.1 with keep-alive and pipelining: an answer leaves when its request has come in whole and its delay is over.</summary>
internal sealed class HttpConversation(HttpResponder responder, string client) : Conversation
{
    private readonly OutputBuffer _waiting = new();
    private RequestBody _body;
    private bool _inRequest;
    private bool _endsAfter;
    private int _delay;

    /// <inheritdoc/>
    public override int Take(ReadOnlySpan<byte> input, OutputBuffer output, long now)
    {
        var at = 0;
        while (!Ended && Successor is null && output.Length < Limits.PendingOutput)
        {
            if (!_inRequest)
            {
                var length = TakeHead(input[at..], output);
                at += length;
                if (length == 0)
                    break;
            }

            at += _body.Skip(input[at..]);
            if (_body.IsBroken)
                Refuse(400, output);
            else if (!_inRequest || !_body.IsDone || !TryAnswer(output, now))
                break;
        }

        return at;
    }

    private int TakeHead(ReadOnlySpan<byte> input, OutputBuffer output)
    {
        var start = input.IndexOfAnyExcept("\r\n"u8) is >= 0 and var lead ? lead : 0;
        var length = RequestHead.Measure(input[start..]);
        if (length == 0 && input.Length - start < Limits.RequestHead)
            return 0;
        if (length is 0 or > Limits.RequestHead)
            return Refuse(431, output);
        var status = RequestHead.Parse(input.Slice(start, length), out var head);
        if (status != 0)
            return Refuse(status, output);
        if (!head.WebSocketKey.IsEmpty && responder.StatusFor(head.Target) == 200)
        {
            WebSocketHandshake.Accept(head, output);
            Successor = new WebSocketConversation();
            return start + length;
        }

        Begin(head, isWhole: input.Length - start - length >= head.BodyLength && head.BodyLength >= 0, output);
        return start + length;
    }

    private void Begin(in RequestHead head, bool isWhole, OutputBuffer output)
    {
        if (head.ExpectsContinue && !isWhole)
            output.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
        responder.Answer(head, client, _waiting);
        _body = RequestBody.Of(head.BodyLength);
        _delay = responder.DelayFor(head.Target);
        _endsAfter = head.IsLast;
        _inRequest = true;
    }

    private bool TryAnswer(OutputBuffer output, long now)
    {
        if (_delay > 0 && DueAt == long.MaxValue)
            DueAt = now + _delay;
        if (_delay > 0 && now < DueAt)
            return false;
        DueAt = long.MaxValue;
        output.Write(_waiting.Written);
        _waiting.Clear();
        _inRequest = false;
        Ended = _endsAfter;
        return true;
    }

    private int Refuse(int status, OutputBuffer output)
    {
        HttpResponder.Refuse(status, output);
        Ended = true;
        return 0;
    }
}
