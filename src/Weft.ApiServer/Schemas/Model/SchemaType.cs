using System.Collections.Frozen;
using Weft.ApiServer.Schemas.Rules;

namespace Weft.ApiServer.Schemas.Model;

/// <summary>A kind's place in the API: what <c>apiVersion</c> and <c>kind</c> say of it.</summary>
internal sealed record KindName(string Group, string Version, string Kind)
{
    /// <summary><c>v1</c> or <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";
}

/// <summary>An object type: its fields and what holds across them.</summary>
internal sealed class SchemaType(string package, string prefix, string name, IReadOnlyList<SchemaField> fields)
{
    private readonly FrozenDictionary<string, SchemaField> _byName = fields.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    public string Name { get; } = name;

    /// <summary><c>core.Container</c>: the name that shapes and rules use.</summary>
    public string QualifiedName { get; } = $"{package}.{name}";

    /// <summary><c>io.k8s.api.core.v1.Container</c>: the name in OpenAPI documents.</summary>
    public string OpenApiName { get; } = $"{prefix}.{name}";

    public string? Description { get; init; }

    /// <summary>Null for a type that is only a part of others.</summary>
    public KindName? Kind { get; init; }

    /// <summary>The kind has no namespace.</summary>
    public bool ClusterScoped { get; init; }

    /// <summary>The kind is neither stored nor listed.</summary>
    public bool Bare { get; init; }

    public bool Atomic { get; init; }

    public IReadOnlyList<SchemaField> Fields { get; } = fields;

    public IReadOnlyList<SchemaField> Defaulted { get; } = [.. fields.Where(f => f.Default is not null)];

    /// <summary>Fields whose absence has to be looked at.</summary>
    public IReadOnlyList<SchemaField> Demanded { get; } =
        [.. fields.Where(f => f.Requirement == Requirement.Enforced || (f.Requirement == Requirement.Documented && f.Check is not null))];

    /// <summary>Defaults and checks that no single field can express; null when there are none.</summary>
    public TypeRules? Rules { get; } = TypeRules.For($"{package}.{name}");

    public SchemaField? Field(string field) => _byName.GetValueOrDefault(field);
}
