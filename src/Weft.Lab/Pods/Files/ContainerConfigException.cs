namespace Weft.Lab.Pods.Files;

/// <summary>A container refers to something that is not there; it waits with reason <c>CreateContainerConfigError</c> until it is.</summary>
internal sealed class ContainerConfigException(string message) : Exception(message);
