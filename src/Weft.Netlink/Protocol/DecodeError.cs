using Weft.Netlink.Libc;

namespace Weft.Netlink.Protocol;

/// <summary>The first thing that was wrong with a received message. Readers note it and go on; the caller checks once, at the end.</summary>
public struct DecodeError
{
    private string? _first;

    /// <summary>Whether something was wrong.</summary>
    public readonly bool Any => _first is not null;

    /// <summary>What was wrong first, if anything.</summary>
    public readonly string? Text => _first;

    /// <summary>Notes an error, unless there is an earlier one.</summary>
    public void Report(string what) => _first ??= what;

    /// <summary>Throws when something was wrong.</summary>
    /// <exception cref="NetlinkException">EBADMSG: the kernel's answer contradicts itself or this library's reading of it.</exception>
    public readonly void ThrowIfAny(string operation)
    {
        if (_first is not null)
            throw new NetlinkException(operation, Errno.EBADMSG, kernelText: null, $"the answer could not be read: {_first}");
    }
}
