namespace Weft.Lab.StandIns;

/// <summary>What a connection speaks, as its first bytes tell.</summary>
internal enum Speech
{
    /// <summary>No more bytes are there, and these may become several.</summary>
    Open,

    /// <summary>HTTP/1.x: a method and a space.</summary>
    Http1,

    /// <summary>HTTP/2 without TLS, by prior knowledge (RFC 9113, 3.4).</summary>
    Http2,

    /// <summary>A TLS handshake record (RFC 8446, 5.1).</summary>
    Tls,

    /// <summary>Anything else gets its bytes back.</summary>
    Raw,
}
