namespace Weft.ApiServer.Requests;

/// <summary>Who makes a request.</summary>
/// <param name="Name">As <c>kubectl auth whoami</c> shows it.</param>
/// <param name="Groups">The caller's own groups; every caller is also in <c>system:authenticated</c>.</param>
internal sealed record Caller(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>Whoever holds the token of the state folder.</summary>
    public static Caller Administrator { get; } = new("weft-admin", ["system:masters"]);
}
