using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

/// <summary>The kernel refused a change of the packet filter, or a look at it.</summary>
/// <remarks>The message names the operation, the object, the errno and the kernel's own words where it gave any.</remarks>
public sealed class NftException(string message, int errno, NftOperation? operation = null, NftElement? element = null, Exception? inner = null)
    : Exception(message, inner)
{
    internal const int Restart = 85;

    /// <summary>The error number (asm-generic/errno.h), positive.</summary>
    public int Errno { get; } = errno;

    /// <summary>The operation that the kernel refused; null when it was none in particular.</summary>
    public NftOperation? Operation { get; } = operation;

    /// <summary>The element that the kernel refused, where it told.</summary>
    public NftElement? Element { get; } = element;

    /// <summary>Whether somebody changed the ruleset since it was read (ERESTART): read back, compare and try again.</summary>
    public bool IsConflict => Errno == Restart;
}
