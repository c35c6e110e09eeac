namespace Weft.ApiServer;

/// <summary>The server cannot start or go on: its database, state folder or sockets are unusable.</summary>
public sealed class ApiServerException(string message, Exception? inner = null) : Exception(message, inner);
