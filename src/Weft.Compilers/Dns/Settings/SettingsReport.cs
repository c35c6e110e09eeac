using System.Collections.Immutable;
using Weft.Compilers.Clusters;
using Weft.Model;

namespace Weft.Compilers.Dns.Settings;

/// <summary>Collects what there is to say about settings while they are read.</summary>
internal sealed class SettingsReport
{
    // One of thousands of bad lines says as much as all of them.
    private const int Most = 50;

    private readonly ImmutableArray<Problem>.Builder _problems = ImmutableArray.CreateBuilder<Problem>();
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    /// <summary>What is wrong, in the order found.</summary>
    public EquatableArray<Problem> Problems => _problems.ToImmutable();

    /// <summary>What was understood otherwise than it is written, and does no harm.</summary>
    public EquatableArray<string> Notes => _notes.ToEquatableArray();

    /// <summary>A value of a key is wrong.</summary>
    /// <param name="key">The key, and the line where there are several.</param>
    /// <param name="message">What is wrong, what holds meanwhile, and the way out.</param>
    public void Bad(string key, string message) => Add("InvalidSetting", $"{key}: {message}");

    /// <summary>Something is written as it should be, and is not done here.</summary>
    public void Unsupported(string key, string message) => Add("UnsupportedSetting", $"{key}: {message}");

    /// <summary>Says something that is no problem.</summary>
    public void Note(string text) => _notes.Add(text);

    private void Add(string reason, string message)
    {
        if (_problems.Count < Most)
            _problems.Add(new Problem(ClusterSettingsParser.ObjectName, reason, message));
    }
}
