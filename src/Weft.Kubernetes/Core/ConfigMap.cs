using System.Text;

namespace Weft.Kubernetes;

/// <summary>Configuration as named texts.</summary>
public sealed record ConfigMap : KubeObject<ConfigMap>, IKubeObject<ConfigMap>
{
    public static ResourceType Resource { get; } = new("", "v1", "configmaps", "ConfigMap", Namespaced: true);
    public StringMap Data { get; init; }

    /// <summary>Base64 text per key.</summary>
    public StringMap BinaryData { get; init; }
    public bool? Immutable { get; init; }
}

/// <summary>Confidential values.</summary>
public sealed record Secret : KubeObject<Secret>, IKubeObject<Secret>
{
    public static ResourceType Resource { get; } = new("", "v1", "secrets", "Secret", Namespaced: true);
    public string? Type { get; init; }

    /// <summary>Base64 text per key.</summary>
    public StringMap Data { get; init; }
    public StringMap StringData { get; init; }
    public bool? Immutable { get; init; }

    /// <summary>The decoded bytes of a key, or null when it is absent or no base64.</summary>
    public byte[]? Bytes(string key)
    {
        if (Data.Find(key) is not { } text)
            return StringData.Find(key) is { } plain ? Encoding.UTF8.GetBytes(plain) : null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}

/// <summary>An identity for processes in pods.</summary>
public sealed record ServiceAccount : KubeObject<ServiceAccount>, IKubeObject<ServiceAccount>
{
    public static ResourceType Resource { get; } = new("", "v1", "serviceaccounts", "ServiceAccount", Namespaced: true);
    public bool? AutomountServiceAccountToken { get; init; }
}
