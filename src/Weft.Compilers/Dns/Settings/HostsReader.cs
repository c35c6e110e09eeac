using System.Collections.Immutable;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Settings;

/// <summary>Reads lines of a hosts file (hosts(5)): an address, and the names that it has.</summary>
internal static class HostsReader
{
    /// <summary>Reads a whole text; bad lines are problems and are passed over.</summary>
    /// <param name="text">The text.</param>
    /// <param name="where">The key that it stands in.</param>
    /// <param name="report">Where problems go.</param>
    public static ImmutableArray<DnsHost> Read(string text, string where, SettingsReport report)
    {
        var hosts = ImmutableArray.CreateBuilder<DnsHost>();
        foreach (var (number, line) in text.Split('\n').Index())
        {
            var words = line.Split('#', 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
                hosts.AddRange(ReadLine(words, $"{where} line {number + 1}", report));
        }

        return hosts.DrainToImmutable();
    }

    /// <summary>Reads the words of one line.</summary>
    public static IEnumerable<DnsHost> ReadLine(IReadOnlyList<string> words, string where, SettingsReport report)
    {
        if (!IpAddress.TryParse(words[0], out var address))
        {
            report.Bad(where, $"'{words[0]}' is no address; write an address and its names, such as '192.0.2.1 www.example.org'");
            yield break;
        }

        if (words.Count == 1)
            report.Bad(where, $"{address} has no name; write an address and its names, such as '192.0.2.1 www.example.org'");
        foreach (var word in words.Skip(1))
        {
            if (!DnsName.TryParse(word.ToLowerInvariant(), out var name, out var problem))
                report.Bad(where, $"{problem}; the name is left out");
            else if (name.Wire[..2].SequenceEqual("\u0001*"u8))
                report.Unsupported(where, $"{name} stands for many names, which only single names can have addresses here; write them out");
            else if (!name.IsRoot)
                yield return new DnsHost(name, address);
        }
    }
}
