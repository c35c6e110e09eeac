using System.Globalization;
using System.Text;
using Weft.Compilers.Services.Iptables;

namespace Weft.Node.Proxy.Iptables;

/// <summary>One table of <see cref="FakeIptables"/>.</summary>
internal sealed class FakeTable
{
    private readonly Dictionary<string, List<string>> _chains;

    private FakeTable(Dictionary<string, List<string>> chains) => _chains = chains;

    /// <summary>Whether every rule's target exists.</summary>
    public bool IsSound => _chains.Values.SelectMany(rules => rules).Select(IptablesJump.TargetOf).All(target => !IsChain(target!) || _chains.ContainsKey(target!));

    public static Dictionary<string, FakeTable> Empty() => new()
    {
        ["filter"] = Of("INPUT", "FORWARD", "OUTPUT"),
        ["nat"] = Of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    };

    public FakeTable Copy() => new(_chains.ToDictionary(chain => chain.Key, chain => chain.Value.ToList()));

    public void Save(StringBuilder text, string name)
    {
        text.Append('*').Append(name).Append('\n');
        foreach (var chain in _chains.Keys)
            text.Append(':').Append(chain).Append(chain.StartsWith("KUBE-", StringComparison.Ordinal) ? " - [0:0]\n" : " ACCEPT [0:0]\n");
        foreach (var (chain, rules) in _chains)
        {
            foreach (var rule in rules)
                text.Append("-A ").Append(chain).Append(' ').Append(rule).Append('\n');
        }

        text.Append("COMMIT\n");
    }

    /// <summary>Carries out one line; false when it cannot be.</summary>
    public bool Carry(string line)
    {
        var words = line.Split(' ', 3);
        if (line[0] == ':')
        {
            _chains[words[0][1..]] = [];
            return true;
        }

        if (words[0] == "-X")
            return _chains.Remove(words[1], out var rules) && rules.Count == 0;
        if (!_chains.TryGetValue(words[1], out var chain))
            return false;
        var place = int.TryParse(words[2].Split(' ')[0], CultureInfo.InvariantCulture, out var number) ? number - 1 : -1;
        if (words[0] == "-D")
            return chain.Remove(words[2]);
        if (words[0] == "-I" && place >= 0)
            chain.Insert(place, words[2][(words[2].IndexOf(' ') + 1)..]);
        else
            chain.Insert(words[0] == "-I" ? 0 : chain.Count, words[2]);
        return true;
    }

    private static FakeTable Of(params string[] chains) => new(chains.ToDictionary(chain => chain, _ => new List<string>()));

    private static bool IsChain(string target) => target.Contains('-');
}
