using System.Globalization;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Policies.Domains;

/// <summary>
/// Remembers addresses of names, so that an agent that starts anew denies nobody what he was told before. A line each: <c>address until name</c>, with the time in
/// seconds since 1970; the last line of an address and name counts.
/// </summary>
/// <param name="path">The file; null for none.</param>
internal sealed class DomainFile(string? path)
{
    /// <summary>What was written; lines that are none are left out.</summary>
    public IReadOnlyList<LearnedDomain> Read()
    {
        try
        {
            return path is null ? [] : [.. File.ReadLines(path).Select(Parse).OfType<LearnedDomain>()];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Adds lines: what was learned must outlive an agent that is killed now.</summary>
    public void Append(IEnumerable<LearnedDomain> learned) => Try(() => File.AppendAllLines(path!, learned.Select(Show)));

    /// <summary>Replaces it; readers see the old file or the new one, whole.</summary>
    public void Write(IEnumerable<LearnedDomain> learned) => Try(() =>
    {
        File.WriteAllLines($"{path}.new", learned.Select(Show));
        File.Move($"{path}.new", path!, overwrite: true);
    });

    private static string Show(LearnedDomain item) => string.Create(CultureInfo.InvariantCulture, $"{item.Fact.Address} {item.Until.ToUnixTimeSeconds()} {item.Fact.Name}");

    private static LearnedDomain? Parse(string line)
    {
        if (line.Split(' ', 3) is not [var address, var until, var name] || !IpAddress.TryParse(address, out var parsed)
            || !DnsName.TryParse(name, out var known, out _) || !long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return null;
        return seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? null
            : new LearnedDomain(new DomainAddress(known, parsed)) { Until = DateTimeOffset.FromUnixTimeSeconds(seconds), Version = 0 };
    }

    private void Try(Action write)
    {
        try
        {
            if (path is not null)
                write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without a file system that takes it, an agent that starts anew learns anew.
        }
    }
}
