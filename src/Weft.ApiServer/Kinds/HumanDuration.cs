using System.Globalization;

namespace Weft.ApiServer.Kinds;

/// <summary>Ages as kubectl shows them: two units at most, fewer as they grow.</summary>
/// <remarks>Source: apimachinery <c>util/duration.HumanDuration</c>.</remarks>
internal static class HumanDuration
{
    /// <summary>The time since an RFC 3339 time; <c>&lt;unknown&gt;</c> when there is none.</summary>
    public static string Since(string? timestamp, DateTimeOffset now) =>
        DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Format(now - time)
            : "<unknown>";

    public static string Format(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        if (seconds < -1)
            return "<invalid>";
        if (seconds < 0)
            return "0s";
        if (seconds < 120)
            return $"{seconds}s";
        var minutes = seconds / 60;
        if (minutes < 10)
            return Pair(minutes, 'm', seconds % 60, 's');
        if (minutes < 180)
            return $"{minutes}m";
        var hours = minutes / 60;
        if (hours < 8)
            return Pair(hours, 'h', minutes % 60, 'm');
        if (hours < 48)
            return $"{hours}h";
        if (hours < 192)
            return Pair(hours / 24, 'd', hours % 24, 'h');
        if (hours < 24 * 365 * 2)
            return $"{hours / 24}d";
        if (hours < 24 * 365 * 8)
            return Pair(hours / 24 / 365, 'y', hours / 24 % 365, 'd');
        return $"{hours / 24 / 365}y";
    }

    private static string Pair(long large, char largeUnit, long small, char smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
