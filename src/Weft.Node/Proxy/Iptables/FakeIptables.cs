using System.Text;

namespace Weft.Node.Proxy.Iptables;

/// <summary>iptables in memory: carries out what iptables-restore reads, with its checks of chains and targets.</summary>
public sealed class FakeIptables : IIptables
{
    private readonly Dictionary<bool, Dictionary<string, FakeTable>> _families = new() { [false] = FakeTable.Empty(), [true] = FakeTable.Empty() };

    /// <inheritdoc/>
    public string Name => "iptables-fake";

    /// <inheritdoc/>
    public bool IsNftables { get; init; }

    /// <summary>Counts the tables that were changed, as the kernel counts commits.</summary>
    public uint Generation { get; private set; } = 1;

    /// <summary>How often it was read.</summary>
    public int Saves { get; private set; }

    /// <summary>Which lines are refused, as by a kernel that lacks a match.</summary>
    public Func<string, bool> Refuses { get; set; } = static _ => false;

    /// <summary>How many lines a table may have in one input.</summary>
    public int MostLines { get; set; } = int.MaxValue;

    /// <summary>Every input that was taken.</summary>
    public List<string> Inputs { get; } = [];

    /// <inheritdoc/>
    public string Save(bool isV6)
    {
        Saves++;
        var text = new StringBuilder();
        foreach (var (name, table) in _families[isV6])
            table.Save(text, name);
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Restore(bool isV6, string input)
    {
        var tables = _families[isV6];
        string? name = null;
        FakeTable? table = null;
        var number = 0;
        if (input.Split("COMMIT\n").Any(part => part.Count(letter => letter == '\n') > MostLines))
            throw new IptablesException("iptables-fake-restore: sendmsg() failed: Message too long");
        foreach (var line in input.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            if (line[0] == '*')
                table = tables[name = line[1..]].Copy();
            else if (line == "COMMIT" && table!.IsSound)
                (tables[name!], Generation) = (table, Generation + 1);
            else if (line == "COMMIT" || Refuses(line) || !table!.Carry(line))
                throw new IptablesException($"iptables-fake-restore: line {number} failed: {line}");
        }

        Inputs.Add(input);
    }
}
