namespace Weft.Lab.Native.Launching;

/// <summary>Finds programs as execvp(3) does, in an environment that is not ours.</summary>
internal static class ProgramPath
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The file of a command.</summary>
    /// <exception cref="ProgramException">There is none, or it may not be executed.</exception>
    public static string Find(string command, IReadOnlyList<string> environment)
    {
        if (command.Contains('/'))
        {
            if (!Path.Exists(command))
                throw new ProgramException($"exec: \"{command}\": stat {command}: no such file or directory", ProgramException.NotFound);
            return IsExecutable(command) ? command : throw new ProgramException($"exec: \"{command}\": permission denied", ProgramException.NotExecutable);
        }

        var path = environment.LastOrDefault(pair => pair.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? DefaultPath;
        return path.Split(':').Select(folder => Path.Combine(folder.Length == 0 ? "." : folder, command)).FirstOrDefault(IsExecutable)
            ?? throw new ProgramException($"exec: \"{command}\": executable file not found in $PATH", ProgramException.NotFound);
    }

    private static bool IsExecutable(string file) => File.Exists(file) && (File.GetUnixFileMode(file) & AnyExecute) != 0;
}
