namespace Weft.Lab.Native.StandIns;

/// <summary>What one peer, and all of them together, may cost.</summary>
internal static class Limits
{
    /// <summary>Bytes of a request line with its headers; as nginx's large_client_header_buffers allow for one buffer, doubled.</summary>
    public const int RequestHead = 16 * 1024;

    /// <summary>Header lines of a request; Apache's LimitRequestFields allows 100 too.</summary>
    public const int Headers = 100;

    /// <summary>Milliseconds that a closing connection waits for its peer to close as well.</summary>
    public const int Farewell = 1000;

    /// <summary>Bytes read at once.</summary>
    public const int ReadSize = 16 * 1024;

    /// <summary>Largest UDP payload, and some.</summary>
    public const int Datagram = 64 * 1024;

    /// <summary>Bytes of the shared output buffer that outlive an answer.</summary>
    public const int KeptBuffer = 64 * 1024;

    /// <summary>Output at which a peer's next request has to wait.</summary>
    public const int PendingOutput = 32 * 1024;

    /// <summary>Open connections; more wait in the kernel's backlog.</summary>
    public const int Connections = 4096;

    /// <summary>Bytes of garbage after which memory is collected.</summary>
    public const int Garbage = 1024 * 1024;

    /// <summary>Datagrams answered before other descriptors get their turn.</summary>
    public const int DatagramsPerTurn = 64;

    /// <summary>Milliseconds that the first bytes of a connection may look like the start of a method before they are echoed.</summary>
    public const int GreetingPatience = 250;

    /// <summary>Longest delay or exit time that an annotation may ask for, milliseconds: one hour.</summary>
    public const int Delay = 3_600_000;
}
