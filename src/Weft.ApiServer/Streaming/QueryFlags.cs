using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Streaming;

/// <summary>Reads query parameters as upstream's conversion does.</summary>
internal static class QueryFlags
{
    /// <summary>False when missing, <c>false</c> or <c>0</c>; otherwise true.</summary>
    public static bool Flag(this IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values[0]?.ToLowerInvariant() is not ("false" or "0");

    /// <summary>The number, or null when the parameter is missing.</summary>
    /// <exception cref="PodRuntimeException">It is not a number of at least <paramref name="minimum"/>.</exception>
    public static long? Number(this IQueryCollection query, string name, long minimum)
    {
        if (!query.TryGetValue(name, out var values) || values[0] is not { Length: > 0 } text)
            return null;
        if (!long.TryParse(text, CultureInfo.InvariantCulture, out var number))
            throw new PodRuntimeException("BadRequest", $"strconv.ParseInt: parsing \"{text}\": invalid syntax");
        if (number < minimum)
            throw new PodRuntimeException("Invalid", $"PodLogOptions \"\" is invalid: {name}: Invalid value: {number}: must be greater than {(minimum == 0 ? "or equal to 0" : "0")}");
        return number;
    }
}
