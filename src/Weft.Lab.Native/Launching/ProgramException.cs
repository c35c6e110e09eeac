namespace Weft.Lab.Native.Launching;

/// <summary>A program that cannot be started, in the words that users know from runc.</summary>
/// <param name="message">Such as <c>exec: "foo": executable file not found in $PATH</c>.</param>
/// <param name="exitCode">What a shell would give: 126 not executable, 127 not found.</param>
internal sealed class ProgramException(string message, int exitCode) : Exception(message)
{
    public const int NotExecutable = 126;
    public const int NotFound = 127;

    /// <summary>What a shell would give.</summary>
    public int ExitCode { get; } = exitCode;
}
