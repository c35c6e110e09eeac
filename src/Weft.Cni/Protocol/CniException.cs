namespace Weft.Cni.Protocol;

/// <summary>A CNI operation failed: the one exception of this boundary, on the plugin's side and on the runtime's.</summary>
public sealed class CniException : Exception
{
    /// <summary>An error with a code, for the other side of the protocol.</summary>
    public CniException(CniErrorCode code, string message, string? details = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Details = details;
    }

    /// <summary>What kind of error.</summary>
    public CniErrorCode Code { get; }

    /// <summary>A longer text, or null.</summary>
    public string? Details { get; }

    /// <summary>An error inside a plugin (code 999).</summary>
    public static CniException Internal(string message, Exception? inner = null) => new(CniErrorCode.Internal, message, inner: inner);
}
