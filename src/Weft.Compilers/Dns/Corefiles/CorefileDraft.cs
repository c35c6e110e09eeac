using Weft.Compilers.Dns.Settings;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles;

/// <summary>What a Corefile has said so far, but for its routes.</summary>
/// <param name="settings">What holds where it says nothing.</param>
/// <param name="files">Other keys of the ConfigMap, which are what files beside a Corefile would be.</param>
/// <param name="report">Where problems go.</param>
internal sealed class CorefileDraft(DnsSettings settings, IReadOnlyDictionary<string, string> files, SettingsReport report)
{
    public DnsSettings Settings { get; set; } = settings;

    public SettingsReport Report => report;

    /// <summary>Whether a block had the cluster's names already.</summary>
    public bool HasCluster { get; set; }

    /// <summary>The key that has a file's text: that of the last part of its path.</summary>
    public string? File(string path) => files.GetValueOrDefault(path[(path.LastIndexOf('/') + 1)..]);

    /// <summary>A line as problems name it.</summary>
    public static string Where(int line) => $"Corefile line {line}";

    /// <summary>A line is wrong; what the message says holds meanwhile.</summary>
    public void Bad(CorefileLine line, string message) => report.Bad(Where(line.Line), message);

    /// <summary>A line is right, but not done here.</summary>
    public void Unsupported(CorefileLine line, string message) => report.Unsupported(Where(line.Line), message);

    /// <summary>An option that is not known.</summary>
    public void UnknownOption(CorefileLine option, string plugin, string known) =>
        report.Unsupported(Where(option.Line), $"'{option.Name}' of {plugin} is not known here and is left out; known are {known}");

    /// <summary>The time that an option has as its only argument; null and a problem when it has not.</summary>
    public TimeSpan? Time(CorefileLine option)
    {
        if (option.Arguments.Count > 0 && DnsValues.TryReadTime(option.Arguments[0], out var time))
            return time;
        Bad(option, $"'{option}' has no time; write one such as '{option.Name} 5s'");
        return null;
    }

    /// <summary>The number that a word is; null and a problem when it is none, or a larger one than makes sense.</summary>
    public int? Number(CorefileLine option, int argument, int most = 1_000_000)
    {
        if (option.Arguments.Count > argument && int.TryParse(option.Arguments[argument], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number <= most)
            return number;
        Bad(option, $"'{option}' lacks a number from 0 to {most}; the usual one holds meanwhile");
        return null;
    }

    /// <summary>Zones that words name; bad ones are problems and left out.</summary>
    public List<DnsName> Zones(CorefileLine line, IEnumerable<string> words)
    {
        var zones = new List<DnsName>();
        foreach (var word in words)
        {
            if (DnsValues.TryReadZone(word, out var zone, out var problem))
                zones.Add(zone);
            else
                Bad(line, $"{problem}; it is left out");
        }

        return zones;
    }
}
