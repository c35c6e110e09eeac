namespace Weft.Lab.Native.StandIns;

/// <summary>One side of a byte stream without its socket: bytes in, bytes out.</summary>
internal abstract class Conversation
{
    /// <summary>Whether the stream is to be closed once the output is sent.</summary>
    public bool Ended { get; protected set; }

    /// <summary>Who goes on from here, starting with the bytes not yet taken.</summary>
    public Conversation? Successor { get; protected set; }

    /// <summary>When time alone moves it on, on the clock of <see cref="Environment.TickCount64"/>; never by default.</summary>
    public long DueAt { get; protected set; } = long.MaxValue;

    /// <summary>Takes what it can of the input and appends what it has to say.</summary>
    /// <returns>How many bytes it needs no more.</returns>
    public abstract int Take(ReadOnlySpan<byte> input, OutputBuffer output, long now);
}
