using System.CommandLine;
using Weft.Lab;

namespace Weft.Cli.Commands;

/// <summary>The option <c>--lab [NAME]</c>: a running lab in place of files.</summary>
internal static class LabChoice
{
    public static Option<string?> Option(string description) =>
        new("--lab") { Description = description, HelpName = "LAB", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>The lab; null where none was asked for.</summary>
    /// <exception cref="UsageException">A file stands where the name of a lab may stand.</exception>
    public static LabDirectory? Of(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetResult(option) is null)
            return null;
        var name = parsed.GetValue(option);
        return Path.Exists(name)
            ? throw new UsageException($"--lab {name}: that is a file, and here stands the name of a lab; write files in front of --lab, or --lab=NAME")
            : LabDirectory.Of(name ?? "lab");
    }
}
