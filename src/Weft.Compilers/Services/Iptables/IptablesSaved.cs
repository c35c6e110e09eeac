using System.Collections.Immutable;
using Weft.Model;

namespace Weft.Compilers.Services.Iptables;

/// <summary>Reads what iptables-save prints, as far as it belongs to a Service proxy.</summary>
public static class IptablesSaved
{
    /// <summary>The owned chains, and what leads to them from others. Whatever else the text holds is passed over.</summary>
    public static IptablesRuleset Parse(string text, bool isV6)
    {
        var tables = ImmutableArray.CreateBuilder<IptablesTable>();
        Section? section = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("*"))
                section = line is "*filter" or "*nat" ? new Section(line[1..].ToString()) : null;
            else if (line is "COMMIT" && section is not null)
                tables.Add(section.Close());
            else
                section?.Read(line);
        }

        return new IptablesRuleset(isV6, tables.DrainToImmutable());
    }

    private sealed class Section(string name)
    {
        private readonly Dictionary<string, List<string>> _chains = [];
        private readonly List<IptablesJump> _jumps = [];

        public void Read(ReadOnlySpan<char> line)
        {
            if (line.StartsWith(":") && line.IndexOf(' ') is > 1 and var end)
                Declare(line[1..end].ToString());
            else if (line.StartsWith("-A ") && line[3..].IndexOf(' ') is > 0 and var length)
                Append(line.Slice(3, length).ToString(), line[(3 + length + 1)..].TrimEnd().ToString());
        }

        public IptablesTable Close() => new(
            name,
            _chains.Select(chain => new IptablesChain(chain.Key, [.. chain.Value])).ToEquatableArray(),
            [.. _jumps.Where(jump => jump.IsOfAProxy)]) { Foreign = [.. _jumps.Where(jump => !jump.IsOfAProxy)] };

        private void Declare(string chain)
        {
            if (ChainNames.IsOwned(chain))
                _chains.TryAdd(chain, []);
        }

        private void Append(string chain, string rule)
        {
            if (_chains.TryGetValue(chain, out var rules))
                rules.Add(Probability.Restore(rule));
            else if (IptablesJump.TargetOf(rule) is { } target && ChainNames.IsOwned(target))
                _jumps.Add(new IptablesJump(chain, rule));
        }
    }
}
