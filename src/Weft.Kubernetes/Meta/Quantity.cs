using System.Globalization;

namespace Weft.Kubernetes;

/// <summary>An amount of a resource, such as <c>100m</c> CPUs or <c>64Mi</c> bytes (<c>resource.Quantity</c>).</summary>
/// <param name="Value">The amount in whole units.</param>
public readonly record struct Quantity(decimal Value) : IComparable<Quantity>
{
    private const string Decimal = "num kMGTPE";

    /// <summary>Reads the text form: a decimal number with a suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei) or an exponent.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Quantity quantity)
    {
        quantity = default;
        var digits = text.IndexOfAnyExcept("+-.0123456789");
        if (digits < 0)
            digits = text.Length;
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (!decimal.TryParse(text[..digits], style, CultureInfo.InvariantCulture, out var number))
            return false;
        if (!TryFactor(text[digits..], out var factor))
            return false;
        try
        {
            quantity = new Quantity(number * factor);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>The amount of the text, or zero when it is null or no quantity.</summary>
    public static Quantity ParseOrZero(string? text) => TryParse(text, out var quantity) ? quantity : default;

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);

    /// <summary>The sum of two amounts.</summary>
    public static Quantity operator +(Quantity left, Quantity right) => new(left.Value + right.Value);

    /// <summary>Whether the left amount is larger.</summary>
    public static bool operator >(Quantity left, Quantity right) => left.Value > right.Value;

    /// <summary>Whether the left amount is smaller.</summary>
    public static bool operator <(Quantity left, Quantity right) => left.Value < right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value == decimal.Truncate(Value)
        ? decimal.Truncate(Value).ToString(CultureInfo.InvariantCulture)
        : $"{(Value * 1000).ToString("0.###", CultureInfo.InvariantCulture)}m";

    private static bool TryFactor(ReadOnlySpan<char> suffix, out decimal factor)
    {
        factor = 1;
        if (suffix.IsEmpty)
            return true;
        if (suffix is [var binary, 'i'])
        {
            var power = "KMGTPE".IndexOf(binary);
            factor = power < 0 ? 0 : (decimal)(1UL << (10 * (power + 1)));
            return power >= 0;
        }

        if (suffix.Length == 1 && suffix[0] != ' ' && Decimal.IndexOf(suffix[0]) is >= 0 and var index)
        {
            factor = Power(3 * (index - 3));
            return true;
        }

        if (suffix[0] is not ('e' or 'E') || !int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
            return false;
        factor = Math.Abs(exponent) <= 18 ? Power(exponent) : 0;
        return factor != 0;
    }

    private static decimal Power(int exponent)
    {
        var value = 1m;
        for (var i = 0; i < Math.Abs(exponent); i++)
            value *= 10;
        return exponent < 0 ? 1 / value : value;
    }
}
