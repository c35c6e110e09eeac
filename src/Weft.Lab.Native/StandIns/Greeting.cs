namespace Weft.Lab.Native.StandIns;

/// <summary>Decides by its first bytes whether a connection speaks HTTP or gets its bytes back.</summary>
internal sealed class Greeting(HttpResponder responder, string client) : Conversation
{
    private static readonly byte[][] Methods =
        [.. new[] { "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH " }.Select(m => m.Select(c => (byte)c).ToArray())];

    /// <inheritdoc/>
    public override int Take(ReadOnlySpan<byte> input, OutputBuffer output, long now)
    {
        if (input.IsEmpty)
            return 0;
        var isHttp = false;
        var isOpen = false;
        foreach (var method in Methods)
        {
            isHttp |= input.StartsWith(method);
            isOpen |= input.Length < method.Length && method.AsSpan().StartsWith(input);
        }

        if (isHttp)
            Successor = new HttpConversation(responder, client);
        else if (!isOpen || now >= DueAt)
            Successor = new EchoConversation();
        else if (DueAt == long.MaxValue)
            DueAt = now + Limits.GreetingPatience;
        return 0;
    }
}
