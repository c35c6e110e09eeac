using System.Globalization;
using Weft.Netlink.Libc;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Names of links for their numbers, within one namespace and for the length of one operation.</summary>
internal sealed class DeviceNames(NetlinkTransport transport)
{
    private readonly Dictionary<int, string> _known = [];

    /// <summary>The name; of a link that is gone a made-up one, as its number is all that is left.</summary>
    public string Of(int index)
    {
        if (_known.TryGetValue(index, out var name))
            return name;
        name = transport.NameOf(index) ?? string.Create(CultureInfo.InvariantCulture, $"if{index}");
        _known.Add(index, name);
        return name;
    }

    /// <summary>Notes what a message said.</summary>
    public void Learn(int index, string name) => _known[index] = name;

    /// <summary>Forgets a link that is gone: its number may be used again.</summary>
    public void Forget(int index) => _known.Remove(index);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _known.Clear();

    /// <summary>The number of a link.</summary>
    /// <exception cref="NetlinkException">ENODEV: there is none of this name.</exception>
    public static int Require(NetlinkTransport transport, string name, Operation operation)
    {
        var index = transport.IndexOf(name);
        return index > 0 ? index : throw new NetlinkException(operation.ToString(), Errno.ENODEV, kernelText: null, $"there is no link {name} in this network namespace");
    }

    /// <summary>Whether the kernel takes this as a link's name (dev_valid_name in net/core/dev.c).</summary>
    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > 15 || name is "." or "..")
            return false;
        foreach (var c in name)
        {
            if (c is '/' or ':' or '%' || char.IsWhiteSpace(c) || c is < '!' or > '~')
                return false;
        }

        return true;
    }

    /// <summary>Refuses a name before the kernel does, in clearer words.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public static void Check(string name)
    {
        if (!IsValid(name))
            throw new ArgumentException($"'{name}' cannot name a link: 1 to 15 visible ASCII characters without '/', ':' and '%'", nameof(name));
    }
}
