using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Requests;

/// <summary>The forms in which objects are sent.</summary>
internal enum OutputFormat
{
    Object,
    Table,
    Metadata,
}

/// <summary>What the <c>Accept</c> header asks for.</summary>
internal static class Accept
{
    /// <summary>The first form in the header that the server has.</summary>
    /// <exception cref="StatusException">406 when there is none.</exception>
    public static OutputFormat Negotiate(HttpRequest request)
    {
        var ranges = Ranges(request);
        if (ranges.Count == 0)
            return OutputFormat.Object;
        foreach (var range in ranges)
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "*/*" or "application/*"))
                continue;
            switch (Parameter(parts, "as"))
            {
                case null:
                    return OutputFormat.Object;
                case "Table" when IsMeta(parts):
                    return OutputFormat.Table;
                case "PartialObjectMetadata" or "PartialObjectMetadataList" when IsMeta(parts):
                    return OutputFormat.Metadata;
            }
        }
        throw Status.NotAcceptable();
    }

    public static IReadOnlyList<string> Ranges(HttpRequest request) =>
        request.Headers.Accept.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsMeta(string[] parts) =>
        Parameter(parts, "g") == "meta.k8s.io" && Parameter(parts, "v") is "v1" or "v1beta1";

    private static string? Parameter(string[] parts, string name) =>
        parts.Skip(1).FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
