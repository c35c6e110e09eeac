using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Lab;

/// <summary>The one folder where a lab keeps everything it writes on the host; <c>weft down</c> removes it.</summary>
/// <remarks>
/// It lies in <c>$WEFT_HOME/labs/NAME</c>; WEFT_HOME defaults to <c>$XDG_STATE_HOME/weft</c>, that to <c>~/.local/state/weft</c>
/// (XDG Base Directory Specification). Only its owner may read it: it holds keys.
/// </remarks>
public sealed class LabDirectory
{
    // sockaddr_un.sun_path holds 108 bytes with its terminator (linux/un.h).
    private const int MaxSocketPath = 107;

    private LabDirectory(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Name of the lab.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The folder of all that Weft keeps for this user.</summary>
    public static string Home { get; } =
        Environment.GetEnvironmentVariable("WEFT_HOME") is { Length: > 0 } home ? System.IO.Path.GetFullPath(home)
        : Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? System.IO.Path.Combine(state, "weft")
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "weft");

    /// <summary>The specification, <see cref="LabSpec"/>.</summary>
    public string SpecFile => In("lab.json");

    /// <summary>The running process, <see cref="LabProcessInfo"/>; absent when the lab was never started.</summary>
    public string ProcessFile => In("process.json");

    /// <summary>The kubeconfig for the host's side.</summary>
    public string Kubeconfig => In("kubeconfig");

    /// <summary>The kubeconfig for the nodes' side.</summary>
    public string NodeKubeconfig => In("node.kubeconfig");

    /// <summary>The supervisor's Unix socket.</summary>
    public string ControlSocket => In("control.sock");

    /// <summary>The API server's store.</summary>
    public string Database => In("store.db");

    /// <summary>What the supervisor says.</summary>
    public string SupervisorLog => In("supervisor.log");

    /// <summary>What ended the supervisor, worded for people; absent while all is well.</summary>
    public string ErrorFile => In("error");

    /// <summary>Names an existing or future lab's folder.</summary>
    /// <exception cref="LabException">The name cannot be one.</exception>
    public static LabDirectory Of(string name)
    {
        if (name.Length is 0 or > 40 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') || name[0] == '-')
            throw new LabException($"'{name}' cannot name a lab: use lower-case letters, digits and '-', at most 40");
        return new LabDirectory(System.IO.Path.Combine(Home, "labs", name));
    }

    /// <summary>The folders of all labs of this user, by name.</summary>
    public static IReadOnlyList<LabDirectory> All()
    {
        var labs = System.IO.Path.Combine(Home, "labs");
        return !Directory.Exists(labs)
            ? []
            : [.. Directory.EnumerateDirectories(labs).Order(StringComparer.Ordinal).Select(path => new LabDirectory(path))];
    }

    /// <summary>Opens the folder that a supervisor was given.</summary>
    public static LabDirectory At(string path) => new(path);

    /// <summary>Makes the folder, readable by its owner alone.</summary>
    /// <exception cref="LabException">It cannot be made, or its path is too long for a Unix socket.</exception>
    public void Create()
    {
        if (System.Text.Encoding.UTF8.GetByteCount(ControlSocket) > MaxSocketPath)
            throw new LabException($"the path {ControlSocket} is longer than a Unix socket allows ({MaxSocketPath} bytes): set WEFT_HOME to a shorter one");
        try
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"cannot make {Path}: {e.Message}. Set WEFT_HOME to a folder that you may write", e);
        }
    }

    /// <summary>Removes the folder; with <paramref name="keepStore"/> all but what a later start continues from.</summary>
    public void Remove(bool keepStore = false)
    {
        if (!Directory.Exists(Path))
            return;
        if (!keepStore)
        {
            Directory.Delete(Path, recursive: true);
            RemoveEmptyParents();
            return;
        }

        foreach (var file in new[] { ProcessFile, ControlSocket, ErrorFile, NodeKubeconfig })
            File.Delete(file);
    }

    /// <summary>Removes the folders around the labs when there is nothing in them.</summary>
    public static void RemoveEmptyParents()
    {
        foreach (var parent in new[] { System.IO.Path.Combine(Home, "labs"), Home })
        {
            if (Directory.Exists(parent) && !Directory.EnumerateFileSystemEntries(parent).Any())
                Directory.Delete(parent);
        }
    }

    /// <summary>The specification, or null when there is none.</summary>
    public LabSpec? ReadSpec() => Read(SpecFile, LabJson.Default.LabSpec);

    /// <summary>The process, or null when the lab was never started.</summary>
    public LabProcessInfo? ReadProcess() => Read(ProcessFile, LabJson.Default.LabProcessInfo);

    /// <summary>Writes the specification.</summary>
    public void Write(LabSpec spec) => Write(SpecFile, JsonSerializer.Serialize(spec, LabJson.Indented.LabSpec));

    /// <summary>Writes the process.</summary>
    public void Write(LabProcessInfo process) => Write(ProcessFile, JsonSerializer.Serialize(process, LabJson.Default.LabProcessInfo));

    /// <summary>Writes a file that only its owner can read, whole or not at all.</summary>
    public static void Write(string file, string text)
    {
        var draft = file + ".new";
        using (var stream = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }

        File.Move(draft, file, overwrite: true);
    }

    private static T? Read<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new LabException($"{file} is damaged: {e.Message}. `weft down` removes it with the lab", e);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
