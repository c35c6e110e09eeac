using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Protobuf;

/// <summary>Turns a Kubernetes protobuf body into the JSON tree of the same object.</summary>
/// <remarks>
/// The body is four bytes, <c>k8s</c> and zero, then a <c>runtime.Unknown</c>: <c>1 TypeMeta {1 apiVersion, 2 kind}, 2 raw</c>.
/// Source: apimachinery <c>pkg/runtime/serializer/protobuf</c>.
/// </remarks>
internal static class ProtobufText
{
    public const string ContentType = "application/vnd.kubernetes.protobuf";

    private const int MaxDepth = 64;

    /// <exception cref="FormatException">Not such a body.</exception>
    /// <exception cref="NotSupportedException">A kind without a table.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("k8s\0"u8))
            throw new FormatException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        var (apiVersion, kind, raw) = ReadUnknown(body[4..]);
        var message = MessageTable.BuiltIn.Find(MessageTable.NameOf(apiVersion, kind)) ?? throw new NotSupportedException(kind);
        var obj = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        ReadMessage(obj, message, raw, 0);
        return obj;
    }

    private static (string ApiVersion, string Kind, byte[] Raw) ReadUnknown(ReadOnlySpan<byte> bytes)
    {
        var (apiVersion, kind, raw) = ("", "", Array.Empty<byte>());
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var field = reader.Next();
            if (field.Number == 2)
                raw = field.Bytes.ToArray();
            if (field.Number != 1)
                continue;
            var type = new WireReader(field.Bytes);
            while (!type.AtEnd)
            {
                var part = type.Next();
                if (part.Number == 1)
                    apiVersion = Encoding.UTF8.GetString(part.Bytes);
                else if (part.Number == 2)
                    kind = Encoding.UTF8.GetString(part.Bytes);
            }
        }
        return (apiVersion, kind, raw);
    }

    private static void ReadMessage(JsonObject into, FrozenDictionary<int, MessageField> message, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth)
            throw WireReader.Malformed();
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var wire = reader.Next();
            if (!message.TryGetValue(wire.Number, out var field))
                continue;
            switch (field.Shape)
            {
                case FieldShape.Inline:
                    ReadMessage(into, Message(field.Type), wire.Bytes, depth + 1);
                    break;
                case FieldShape.List:
                    if (into[field.Name] is not JsonArray items)
                        into[field.Name] = items = [];
                    items.Add(Value(field, wire, depth));
                    break;
                case FieldShape.Map:
                    ReadEntry(into.Ensure(field.Name), field, wire.Bytes, depth);
                    break;
                default:
                    if (Value(field, wire, depth) is { } value && (field.KeepsZero || !IsZero(value)))
                        into[field.Name] = value;
                    break;
            }
        }
    }

    /// <summary>A map is a list of entries: 1 key, 2 value.</summary>
    private static void ReadEntry(JsonObject map, MessageField field, ReadOnlySpan<byte> bytes, int depth)
    {
        var key = "";
        JsonNode? value = field.Type is "s" or "y" ? "" : null;
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var wire = reader.Next();
            if (wire.Number == 1)
                key = Encoding.UTF8.GetString(wire.Bytes);
            else if (wire.Number == 2)
                value = Value(field, wire, depth);
        }
        map[key] = value;
    }

    private static JsonNode? Value(MessageField field, WireField wire, int depth)
    {
        if (wire.IsBytes == field.Type is "b" or "i")
            throw WireReader.Malformed();
        switch (field.Type)
        {
            case "s":
                return Encoding.UTF8.GetString(wire.Bytes);
            case "y":
                return Convert.ToBase64String(wire.Bytes);
            case "b":
                return wire.Value != 0;
            case "i":
                return (long)wire.Value;
            case "t":
                return Time(wire.Bytes, "yyyy-MM-dd'T'HH:mm:ss'Z'");
            case "m":
                return Time(wire.Bytes, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
            case "q":
                return FirstText(wire.Bytes) is { Length: > 0 } quantity ? quantity : "0";
            case "r":
                return Raw(wire.Bytes);
            case "x":
                return IntOrString(wire.Bytes);
            default:
                var obj = new JsonObject();
                ReadMessage(obj, Message(field.Type), wire.Bytes, depth + 1);
                return obj;
        }
    }

    private static FrozenDictionary<int, MessageField> Message(string name) =>
        MessageTable.BuiltIn.Find(name) ?? throw new InvalidOperationException($"the message table lacks {name}");

    private static bool IsZero(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Number => value.Number() == 0,
        JsonValueKind.String => value.GetValue<string>().Length == 0,
        _ => false,
    };

    /// <summary><c>1 seconds, 2 nanos</c>; no field at all is no time.</summary>
    private static JsonNode? Time(ReadOnlySpan<byte> bytes, string format)
    {
        var (seconds, nanos) = (0L, 0L);
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var wire = reader.Next();
            if (wire.Number == 1)
                seconds = (long)wire.Value;
            else if (wire.Number == 2)
                nanos = (long)wire.Value;
        }
        if (bytes.IsEmpty)
            return null;
        var inRange = seconds is > -62135596800 and < 253402300799 && nanos is >= 0 and < 1_000_000_000;
        return inRange
            ? DateTime.UnixEpoch.AddSeconds(seconds).AddTicks(nanos / 100).ToString(format, CultureInfo.InvariantCulture)
            : throw WireReader.Malformed();
    }

    private static string? FirstText(ReadOnlySpan<byte> bytes)
    {
        string? text = null;
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var wire = reader.Next();
            if (wire.Number == 1)
                text = Encoding.UTF8.GetString(wire.Bytes);
        }
        return text;
    }

    private static JsonNode? Raw(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return FirstText(bytes) is { Length: > 0 } json ? JsonText.Parse(Encoding.UTF8.GetBytes(json)) : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw WireReader.Malformed();
        }
    }

    /// <summary><c>1 type (0 number, 1 text), 2 number, 3 text</c>.</summary>
    private static JsonNode IntOrString(ReadOnlySpan<byte> bytes)
    {
        var (isText, number, text) = (false, 0L, "");
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var wire = reader.Next();
            if (wire.Number == 1)
                isText = wire.Value == 1;
            else if (wire.Number == 2)
                number = (long)wire.Value;
            else if (wire.Number == 3)
                text = Encoding.UTF8.GetString(wire.Bytes);
        }
        return isText ? text : number;
    }
}
