using System.Text.Json.Serialization;
using Weft.Kubernetes;

namespace Weft.Cli.Policies;

/// <summary>Serializer of what <c>weft policy audit -o json</c> prints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, Converters = [typeof(EquatableArrayConverterFactory)])]
[JsonSerializable(typeof(AuditSummary))]
internal sealed partial class AuditJson : JsonSerializerContext;
