using System.Globalization;

namespace Weft.Lab.Native.StandIns;

/// <summary>A status that an annotation may ask for.</summary>
internal static class StatusRule
{
    /// <summary>Reads one: 200 to 599.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int status) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 200 and <= 599;
}
