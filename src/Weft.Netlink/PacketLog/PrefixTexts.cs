using System.Text;

namespace Weft.Netlink.PacketLog;

/// <summary>Prefixes that rules have given, each as one text: there are few, and every packet brings one.</summary>
internal sealed class PrefixTexts
{
    // More than rules of ours have; a foreign flood of prefixes must not cost memory.
    private const int Most = 16;

    private readonly List<(byte[] Bytes, string Text)> _known = [];

    /// <summary>The text of an attribute up to its NUL, or to the end where there is none.</summary>
    public string Of(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)0);
        var bytes = end < 0 ? value : value[..end];
        foreach (var (known, text) in _known)
        {
            if (bytes.SequenceEqual(known))
                return text;
        }

        var read = Encoding.UTF8.GetString(bytes);
        if (_known.Count < Most)
            _known.Add((bytes.ToArray(), read));
        return read;
    }
}
