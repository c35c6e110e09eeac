using System.Runtime.CompilerServices;

namespace Weft.Tests.Targets;

/// <summary>Files that a compiler's text must equal; <c>WEFT_UPDATE_GOLDEN=1</c> writes them instead: read the difference before you commit it.</summary>
internal static class GoldenText
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("WEFT_UPDATE_GOLDEN") == "1";

    internal static void Check(string target, string name, string actual)
    {
        var path = Path.Combine(Folder(), target, $"{name}.txt");
        if (Update)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");
}
