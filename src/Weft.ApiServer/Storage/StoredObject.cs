using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Storage;

/// <summary>One object at one revision, immutable: its JSON as sent to clients, and what selectors ask for.</summary>
internal sealed class StoredObject
{
    public required ulong Revision { get; init; }

    /// <summary>Empty for objects of the cluster.</summary>
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    /// <summary>UTF-8, with <c>apiVersion</c>, <c>kind</c> and <c>metadata.resourceVersion</c>.</summary>
    public required byte[] Json { get; init; }

    public required FrozenDictionary<string, string> Labels { get; init; }

    /// <summary>The values of the kind's selectable fields, in the order of the kind's table entry.</summary>
    public required string[] Fields { get; init; }

    /// <summary>A fresh tree that the caller may change.</summary>
    public JsonObject Parse() => JsonText.ParseObject(Json);
}
