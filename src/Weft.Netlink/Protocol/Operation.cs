namespace Weft.Netlink.Protocol;

/// <summary>What a request is for. It becomes text only when something fails, so naming an operation costs nothing.</summary>
/// <param name="Verb">Such as <c>create link</c>.</param>
/// <param name="Subject">What it is done to; printed behind the verb.</param>
public readonly record struct Operation(string Verb, object? Subject = null)
{
    /// <summary>A verb alone.</summary>
    public static implicit operator Operation(string verb) => new(verb);

    /// <inheritdoc/>
    public override string ToString() => Subject is null ? Verb : $"{Verb} {Subject}";
}
