using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weft.Cni.Protocol;

/// <summary>The small documents of the protocol: errors and the answer to VERSION.</summary>
public static class CniJson
{
    /// <summary>What one writes is indented by four blanks, as the reference plugins print.</summary>
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        IndentSize = 4,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Runs <paramref name="write"/> over a buffer and returns what it wrote.</summary>
    public static byte[] ToBytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>An error document.</summary>
    public static byte[] ErrorToBytes(CniException error, CniVersion version) => ToBytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("cniVersion", version.ToString());
        writer.WriteNumber("code", (int)error.Code);
        writer.WriteString("msg", error.Message);
        if (!string.IsNullOrEmpty(error.Details))
            writer.WriteString("details", error.Details);
        writer.WriteEndObject();
    });

    /// <summary>The answer to VERSION.</summary>
    public static byte[] VersionsToBytes() => ToBytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("cniVersion", CniVersion.Current.ToString());
        writer.WriteStartArray("supportedVersions");
        foreach (var version in CniVersion.All)
            writer.WriteStringValue(version.ToString());
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Reads an error document; null when the bytes are none.</summary>
    public static CniException? ReadError(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var fields = new JsonFields(document.RootElement);
            if (fields.Number("code") is not { } code)
                return null;
            var details = fields.Text("details");
            return new CniException((CniErrorCode)code, fields.Text("msg") ?? "", string.IsNullOrEmpty(details) ? null : details);
        }
        catch (Exception error) when (error is JsonException or CniException)
        {
            return null;
        }
    }

    /// <summary>Reads the answer to VERSION.</summary>
    /// <exception cref="CniException">The document is malformed.</exception>
    public static IReadOnlyList<CniVersion> ReadVersions(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var fields = new JsonFields(document.RootElement);
        var versions = new List<CniVersion>();
        foreach (var text in fields.Texts("supportedVersions"))
        {
            if (CniVersion.TryParse(text, out var version))
                versions.Add(version);
        }

        return versions;
    }
}
