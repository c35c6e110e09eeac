using System.Globalization;

namespace Weft.Cli.Output;

/// <summary>How long ago, in the two largest units that matter, as kubectl writes it.</summary>
internal static class Age
{
    public static string Since(DateTimeOffset start)
    {
        var age = TimeProvider.System.GetUtcNow() - start;
        return age switch
        {
            { TotalSeconds: < 0 } => "0s",
            { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalSeconds}s"),
            { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes}m"),
            { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours}h"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d"),
        };
    }
}
