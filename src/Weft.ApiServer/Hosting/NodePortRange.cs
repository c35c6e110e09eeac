using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weft.ApiServer;

/// <summary>The ports that nodes open for Services.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Last">The highest.</param>
public sealed record NodePortRange(ushort First, ushort Last)
{
    /// <summary>The default of kube-apiserver's <c>--service-node-port-range</c>.</summary>
    public static NodePortRange Default { get; } = new(30000, 32767);

    /// <summary>How many ports it holds.</summary>
    public int Size => Last - First + 1;

    /// <summary>Reads <c>30000-32767</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out NodePortRange? range)
    {
        range = null;
        if (text.Split('-') is not [var low, var high] || !TryParsePort(low, out var first) || !TryParsePort(high, out var last) || first > last)
            return false;
        range = new NodePortRange(first, last);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool TryParsePort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
}
