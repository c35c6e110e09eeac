using System.Text.Json.Serialization;

namespace Weft.Lab.Pods.Specs;

/// <summary>One line from the runner to a launcher: first the container, later changed behaviour.</summary>
public sealed record LauncherOrder(ContainerSpec? Container = null, StandInBehaviour? Behaviour = null);

/// <summary>One line from a launcher to the runner.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Message">In words, for events and logs.</param>
/// <param name="ExitCode">With Ended: how it ended. With Failed: the code that a shell would give, 126 or 127, else 128.</param>
public sealed record LauncherReport(LauncherReportKind Kind, string? Message = null, int ExitCode = 0);

/// <summary>What a launcher tells.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LauncherReportKind>))]
public enum LauncherReportKind
{
    /// <summary>The program runs, or the stand-in listens.</summary>
    Started,

    /// <summary>The program or the stand-in has ended, and with it the container.</summary>
    Ended,

    /// <summary>Nothing could be started.</summary>
    Failed,

    /// <summary>Something that a user may want to know.</summary>
    Notice,
}

/// <summary>The lines' JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LauncherOrder))]
[JsonSerializable(typeof(LauncherReport))]
[JsonSerializable(typeof(ContainerSpec))]
public sealed partial class LauncherJson : JsonSerializerContext;
