namespace Weft.Lab.Native.StandIns;

/// <summary>Gives every byte back.</summary>
internal sealed class EchoConversation : Conversation
{
    /// <inheritdoc/>
    public override int Take(ReadOnlySpan<byte> input, OutputBuffer output, long now)
    {
        output.Write(input);
        return input.Length;
    }
}
