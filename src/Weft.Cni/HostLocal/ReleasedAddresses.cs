using System.Globalization;
using System.Text;
using Weft.Model;

namespace Weft.Cni.HostLocal;

/// <summary>
/// Addresses that were given back a short while ago. They are handed out again only when no other is left: other nodes learn later than this one that an
/// address has changed hands, and until then would judge the new pod by the policies of the old.
/// </summary>
/// <remarks>
/// Kept in the file <c>released</c> of the network's folder, a line <c>ADDRESS MILLISECONDS</c> (since 1970) each, under the folder's lock. Plugins that do
/// not know the file skip it, for its name is no address.
/// </remarks>
internal sealed class ReleasedAddresses
{
    private readonly string _path;
    private readonly TimeSpan _delay;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<IpAddress, DateTimeOffset> _since = [];

    /// <summary>Reads those that were given back less than <paramref name="delay"/> ago.</summary>
    public ReleasedAddresses(string directory, TimeSpan delay, DateTimeOffset now)
    {
        _path = Path.Join(directory, "released");
        _delay = delay;
        _now = now;
        if (delay > TimeSpan.Zero && File.Exists(_path))
            Read(File.ReadAllLines(_path));
    }

    /// <summary>Whether the address should rest for a while longer.</summary>
    public bool Rests(IpAddress address) => _since.ContainsKey(address);

    /// <summary>When a resting address was given back.</summary>
    public DateTimeOffset Since(IpAddress address) => _since[address];

    /// <summary>Remembers that addresses are given back now.</summary>
    public void Add(IReadOnlyCollection<IpAddress> addresses)
    {
        if (_delay <= TimeSpan.Zero || addresses.Count == 0)
            return;
        foreach (var address in addresses)
            _since[address] = _now;
        var text = new StringBuilder();
        foreach (var (address, since) in _since)
            text.Append(CultureInfo.InvariantCulture, $"{address} {since.ToUnixTimeMilliseconds()}\n");
        File.WriteAllText(_path, text.ToString());
    }

    /// <summary>What cannot be read is passed over, as after a crash in the middle of writing; times in the future are of a clock that was set back.</summary>
    private void Read(string[] lines)
    {
        foreach (var line in lines)
        {
            var space = line.IndexOf(' ');
            if (space < 0 || !IpAddress.TryParse(line.AsSpan(0, space), out var address)
                || !long.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
                continue;
            var age = _now.ToUnixTimeMilliseconds() - milliseconds;
            if (age >= 0 && age < _delay.TotalMilliseconds)
                _since[address] = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
    }
}
