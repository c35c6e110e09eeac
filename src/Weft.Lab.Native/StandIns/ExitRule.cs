using System.Globalization;

namespace Weft.Lab.Native.StandIns;

/// <summary>The exit that an annotation orders: <c>1</c>, or <c>3 after 2s</c>.</summary>
internal static class ExitRule
{
    /// <summary>Reads one; the delay is in milliseconds.</summary>
    public static bool TryParse(string text, out int code, out int delay)
    {
        (code, delay) = (0, 0);
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isRead = words is [_] || (words is [_, "after", var time] && Durations.TryParse(time, out delay));
        if (!isRead || !byte.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var read))
            return false;
        code = read;
        return true;
    }

    /// <summary>What to say about a text that cannot be read.</summary>
    public static string Problem(string text) => $"annotation weft/stand-in-exit: cannot read '{text}': write CODE or CODE after TIME";
}
