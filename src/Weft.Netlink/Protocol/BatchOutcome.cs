using Weft.Netlink.Libc;

namespace Weft.Netlink.Protocol;

/// <summary>One message of a batch that the kernel refused.</summary>
/// <param name="Index">Which message of the batch, counted from 0.</param>
/// <param name="Errno">The positive error number.</param>
/// <param name="KernelText">The kernel's own words, where it had any.</param>
/// <param name="Offset">Where in the message the offending attribute starts, where the kernel says so.</param>
public sealed record BatchError(int Index, int Errno, string? KernelText, uint? Offset);

/// <summary>What became of a batch.</summary>
/// <param name="Errors">The refusals, in the order of arrival.</param>
/// <param name="Acknowledged">How many messages were acknowledged with success: those that asked for it with NLM_F_ACK.</param>
/// <param name="RepliesLost">Whether the kernel dropped replies (ENOBUFS): then silence is no success, and the state must be read back.</param>
public sealed record BatchOutcome(IReadOnlyList<BatchError> Errors, int Acknowledged, bool RepliesLost)
{
    /// <summary>Throws for the first refusal, or for lost replies.</summary>
    /// <exception cref="NetlinkException">With the kernel's error, or ENOBUFS.</exception>
    public void ThrowIfFailed(Operation operation)
    {
        if (Errors.Count > 0)
            throw new NetlinkException(operation.ToString(), Errors[0].Errno, Errors[0].KernelText);
        if (RepliesLost)
            throw new NetlinkException(operation.ToString(), Errno.ENOBUFS);
    }
}
