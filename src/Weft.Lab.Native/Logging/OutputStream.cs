using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Logging;

/// <summary>One output of a program on its way into the log.</summary>
internal sealed class OutputStream(SafeFd source, byte[] name, ContainerLog log) : IDisposable
{
    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _length;

    /// <summary>The end of the pipe that is read.</summary>
    public int Fd => source.Value;

    /// <summary>Reads once; false at the end.</summary>
    public bool Pump()
    {
        var count = ByteFile.Read(Fd, _buffer.AsSpan(_length));
        if (count <= 0)
            return false;
        _length += count;
        var used = log.WriteLines(name, _buffer.AsSpan(0, _length));
        _buffer.AsSpan(used, _length - used).CopyTo(_buffer);
        _length -= used;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        log.WriteRest(name, _buffer.AsSpan(0, _length));
        source.Dispose();
    }
}
