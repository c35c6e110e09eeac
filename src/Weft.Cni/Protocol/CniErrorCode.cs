namespace Weft.Cni.Protocol;

/// <summary>Error codes of the CNI specification, section "Error"; plugins own those from 100 on.</summary>
public enum CniErrorCode
{
    /// <summary>No code was given.</summary>
    Unknown = 0,

    /// <summary>The configuration's version is not spoken.</summary>
    IncompatibleVersion = 1,

    /// <summary>A field of the configuration is not supported; the message names it.</summary>
    UnsupportedField = 2,

    /// <summary>The container is unknown or does not exist: the runtime needs to clean up nothing.</summary>
    UnknownContainer = 3,

    /// <summary>A CNI_* variable is missing or malformed.</summary>
    InvalidEnvironment = 4,

    /// <summary>Reading stdin or writing stdout failed.</summary>
    Io = 5,

    /// <summary>The configuration is not JSON of the expected shape.</summary>
    Decoding = 6,

    /// <summary>The configuration was decoded but means nothing.</summary>
    InvalidConfig = 7,

    /// <summary>The network namespace is the plugin's own.</summary>
    InvalidNetns = 8,

    /// <summary>A passing state; try again later.</summary>
    TryAgainLater = 11,

    /// <summary>STATUS: the plugin cannot serve ADD requests.</summary>
    NotAvailable = 50,

    /// <summary>STATUS: as 50, and containers that exist may have limited connectivity.</summary>
    LimitedConnectivity = 51,

    /// <summary>Everything else that goes wrong inside a plugin, as the reference plugins report it.</summary>
    Internal = 999,
}
