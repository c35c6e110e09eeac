using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Kubernetes;

/// <summary>A number or a string, such as a port's number or name, or a count or percentage (<c>intstr.IntOrString</c>).</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct IntOrString
{
    private readonly int _number;

    /// <summary>A number.</summary>
    public IntOrString(int number) => _number = number;

    /// <summary>A string.</summary>
    public IntOrString(string text) => Text = text;

    /// <summary>The string, or null when this is a number.</summary>
    public string? Text { get; }

    /// <summary>The number, or null when this is a string.</summary>
    public int? Number => Text is null ? _number : null;

    /// <summary>The number itself, or that percentage of <paramref name="total"/>.</summary>
    /// <returns>Null when the string is no percentage.</returns>
    public int? Scale(int total, bool roundUp)
    {
        if (Text is null)
            return _number;
        if (!Text.EndsWith('%') || !int.TryParse(Text.AsSpan(0, Text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent))
            return null;
        var exact = (long)percent * total;
        return (int)((roundUp ? exact + 99 : exact) / 100);
    }

    /// <inheritdoc/>
    public override string ToString() => Text ?? _number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number.</summary>
    public static implicit operator IntOrString(int number) => new(number);

    /// <summary>A string.</summary>
    public static implicit operator IntOrString(string text) => new(text);

    /// <summary>Reads and writes a JSON number or string.</summary>
    public sealed class Converter : JsonConverter<IntOrString>
    {
        /// <inheritdoc/>
        public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? new(reader.GetString()!) : new(reader.GetInt32());

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
        {
            if (value.Text is { } text)
                writer.WriteStringValue(text);
            else
                writer.WriteNumberValue(value._number);
        }
    }
}
