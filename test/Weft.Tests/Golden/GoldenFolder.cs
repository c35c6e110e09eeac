using System.Runtime.CompilerServices;

namespace Weft.Tests.Golden;

/// <summary>The folder <c>Golden</c> beside a test: a folder for each case, with what goes in and the files that must come out.</summary>
/// <remarks><c>WEFT_GOLDEN=write</c> writes them instead; read the difference before you commit it.</remarks>
internal sealed class GoldenFolder
{
    private static readonly bool Write = Environment.GetEnvironmentVariable("WEFT_GOLDEN") == "write";
    private readonly string _path;

    private GoldenFolder(string path) => _path = path;

    /// <summary>The names of all cases.</summary>
    public TheoryData<string> Cases => [.. Directory.GetDirectories(_path).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>The one beside the file that calls.</summary>
    public static GoldenFolder Here([CallerFilePath] string path = "") => new(Path.Combine(Path.GetDirectoryName(path)!, "Golden"));

    /// <summary>What goes into a case.</summary>
    public string Read(string name, string file = "in.yaml") => File.ReadAllText(Path.Combine(_path, name, file));

    /// <summary>Fails where a file differs from what came out.</summary>
    public void Check(string name, string file, string actual)
    {
        var path = Path.Combine(_path, name, file);
        if (Write)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>The same, a line for each.</summary>
    public void Check(string name, string file, IEnumerable<object> lines) => Check(name, file, string.Concat(lines.Select(line => $"{line}\n")));
}
