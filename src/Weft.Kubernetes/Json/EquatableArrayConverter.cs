using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Makes the converter of each <see cref="EquatableArray{T}"/>: a JSON array, with null read as the empty one. Items that are null are left out, unless their type is <see cref="INullMeansEmpty"/>.</summary>
public sealed class EquatableArrayConverterFactory : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(EquatableArray<>);

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<EquatableArray<T>>
        where T : IEquatable<T>
    {
        public override bool HandleNull => true;

        public override EquatableArray<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Null)
                return default;
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new JsonException("expected an array");
            var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
            var items = ImmutableArray.CreateBuilder<T>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (JsonSerializer.Deserialize(ref reader, element) is { } item)
                    items.Add(item);
                else if (typeof(T).IsAssignableTo(typeof(INullMeansEmpty)))
                    items.Add(JsonSerializer.Deserialize("{}"u8, element)!);
            }

            return items.DrainToImmutable();
        }

        public override void Write(Utf8JsonWriter writer, EquatableArray<T> value, JsonSerializerOptions options)
        {
            var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
            writer.WriteStartArray();
            foreach (var item in value)
                JsonSerializer.Serialize(writer, item, element);
            writer.WriteEndArray();
        }
    }
}

/// <summary>An item of a list that counts where it is null, as an empty one, because a shorter list would say more: one peer fewer may be everybody.</summary>
internal interface INullMeansEmpty;
