namespace Weft.Lab.Pods.Sandboxes;

/// <summary>A sandbox cannot be made or removed; the message goes into the pod's Event.</summary>
internal sealed class SandboxException(string message, Exception? inner = null) : Exception(message, inner);
