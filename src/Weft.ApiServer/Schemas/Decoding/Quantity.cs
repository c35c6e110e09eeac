using System.Globalization;
using System.Numerics;

namespace Weft.ApiServer.Schemas.Decoding;

/// <summary>A Kubernetes quantity: an exact decimal with a family of suffixes, written in the canonical form.</summary>
/// <remarks>Source: apimachinery <c>resource.Quantity</c>: no fraction, the largest fitting suffix, precision down to nano (rounded up).</remarks>
internal readonly struct Quantity
{
    public const string ParseErrorText = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    private static readonly BigInteger Billion = 1_000_000_000;
    private static readonly string[] Decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    private readonly BigInteger _nano;
    private readonly Family _family;

    private Quantity(BigInteger nano, Family family)
    {
        _nano = nano;
        _family = family;
    }

    private enum Family
    {
        Decimal,
        Binary,
        Exponent,
    }

    public int Sign => _nano.Sign;

    public bool IsInteger => (_nano % Billion).IsZero;

    public static bool TryParse(string text, out Quantity quantity)
    {
        quantity = default;
        var end = text.AsSpan().IndexOfAnyExcept("+-.0123456789");
        var digits = end < 0 ? text.AsSpan() : text.AsSpan(0, end);
        var suffix = end < 0 ? "" : text[end..];
        if (text.Length > 100 || !TryMantissa(digits, out var mantissa, out var scale) || !TryScale(suffix, out var factor, out var exponent, out var family))
            return false;
        var power = 9 + exponent - scale;
        var scaled = mantissa * factor;
        var nano = power >= 0 ? scaled * BigInteger.Pow(10, power) : RoundAway(scaled, BigInteger.Pow(10, -power));
        quantity = new Quantity(nano, family);
        return true;
    }

    public bool Exceeds(Quantity other) => _nano > other._nano;

    public override string ToString()
    {
        if (_nano.IsZero)
            return "0";
        if (_family == Family.Binary && IsInteger && BigInteger.Abs(_nano / Billion) >= 1024)
            return Write(_nano / Billion, 1024, Binary, 0);
        if (_family == Family.Exponent)
            return WriteExponent();
        return Write(_nano, 1000, Decimal, 0);
    }

    private static bool TryMantissa(ReadOnlySpan<char> digits, out BigInteger mantissa, out int scale)
    {
        scale = 0;
        var dot = digits.IndexOf('.');
        if (dot >= 0)
            scale = digits.Length - dot - 1;
        var plain = dot < 0 ? digits.ToString() : string.Concat(digits[..dot], digits[(dot + 1)..]);
        return BigInteger.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out mantissa);
    }

    private static bool TryScale(string suffix, out BigInteger factor, out int exponent, out Family family)
    {
        (factor, exponent, family) = (1, 0, Family.Decimal);
        var index = Array.IndexOf(Decimal, suffix);
        if (index >= 0)
        {
            exponent = (index - 3) * 3;
            return true;
        }
        index = Array.IndexOf(Binary, suffix);
        if (index > 0)
        {
            (factor, family) = (BigInteger.Pow(1024, index), Family.Binary);
            return true;
        }
        family = Family.Exponent;
        return suffix is ['e' or 'E', .. var power]
            && int.TryParse(power, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
            && Math.Abs(exponent) < 100;
    }

    private static BigInteger RoundAway(BigInteger value, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(value, divisor, out var remainder);
        return remainder.IsZero ? quotient : quotient + remainder.Sign;
    }

    private static string Write(BigInteger value, int unit, string[] suffixes, int index)
    {
        while (index < suffixes.Length - 1 && (value % unit).IsZero)
        {
            value /= unit;
            index++;
        }
        return value.ToString(CultureInfo.InvariantCulture) + suffixes[index];
    }

    private string WriteExponent()
    {
        var (value, power) = (_nano, -9);
        while ((value % 1000).IsZero)
            (value, power) = (value / 1000, power + 3);
        return power == 0 ? value.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{value}e{power}");
    }
}
