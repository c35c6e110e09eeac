namespace Weft.Lab.Nodes;

/// <summary>A node cannot be made; the message names the node, the cause and what to check.</summary>
public sealed class LabNodeException(string message, Exception? inner = null) : Exception(message, inner);
