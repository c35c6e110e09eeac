using System.CommandLine;
using Weft.Lab;

namespace Weft.Cli.Commands;

/// <summary>Options that several verbs share.</summary>
internal static class LabOptions
{
    public static Option<string> Name() =>
        new("--name") { Description = "The lab.", DefaultValueFactory = _ => "lab", HelpName = "LAB" };

    public static Option<string> Namespace() =>
        new("--namespace", "-n") { Description = "The namespace.", DefaultValueFactory = _ => "default", HelpName = "NAMESPACE" };

    public static Option<string> Output(params string[] formats)
    {
        var option = new Option<string>("--output", "-o") { Description = $"How to print: {string.Join(", ", formats)}.", DefaultValueFactory = _ => formats[0] };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }

    public static Option<string> NodeMonitorGracePeriod(string otherwise) => new("--node-monitor-grace-period")
    {
        Description = "How long a node may be silent before it counts as lost.", DefaultValueFactory = _ => otherwise, HelpName = "DURATION",
    };

    public static Option<string> PodEvictionTimeout() => new("--pod-eviction-timeout")
    {
        Description = "How long pods stay on a node that is lost, unless their tolerations say otherwise.", DefaultValueFactory = _ => "300s", HelpName = "DURATION",
    };

    /// <summary>The words after <c>--</c>, or all that follow the verb's own arguments.</summary>
    public static Argument<string[]> CommandLine() =>
        new("command") { Description = "The program and its arguments, after --.", Arity = ArgumentArity.OneOrMore, HelpName = "CMD" };

    public static LabDirectory Lab(this ParseResult parsed, Option<string> name) => LabDirectory.Of(parsed.GetValue(name)!);

    /// <summary>The verb's description with an example, as every <c>--help</c> shows it.</summary>
    public static string WithExample(this string description, params string[] examples) =>
        $"{description}\n\nExample{(examples.Length > 1 ? "s" : "")}:\n{string.Join('\n', examples.Select(e => "  " + e))}";
}
