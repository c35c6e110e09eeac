using System.Globalization;
using System.Text.RegularExpressions;
using Weft.Compilers.Services.Iptables;

namespace Weft.Node.Proxy.Iptables;

/// <summary>Hands changes of one family over: at once where the kernel takes that, else in parts, of which each leads to what is there already.</summary>
internal sealed partial class IptablesWriter(bool isV6)
{
    private bool _small;

    /// <summary>Carries a change out, table by table: what was refused of one is refused whole.</summary>
    /// <returns>How many commits that took.</returns>
    /// <exception cref="IptablesException">The command is missing or refused; with the line, where it counts one.</exception>
    public uint Write(IIptables iptables, IptablesChange change)
    {
        var commits = 0u;
        foreach (var table in IptablesParts.Tables(change.Text))
        {
            if (TryWhole(iptables, table))
            {
                commits++;
                continue;
            }

            foreach (var part in IptablesParts.Of(table))
            {
                Restore(iptables, part);
                commits++;
            }
        }

        return commits;
    }

    private bool TryWhole(IIptables iptables, string table)
    {
        if (_small && table.AsSpan().Count('\n') > IptablesParts.Lines)
            return false;
        try
        {
            Restore(iptables, table);
            return true;
        }
        catch (IptablesException e) when (e.IsTooLong && !_small)
        {
            _small = true;
            return false;
        }
    }

    private void Restore(IIptables iptables, string input)
    {
        try
        {
            iptables.Restore(isV6, input);
        }
        catch (IptablesException e) when (!e.IsTooLong && Refused(e.Message, input) is { } line && !e.Message.Contains(line, StringComparison.Ordinal))
        {
            throw new IptablesException($"{e.Message}: {line}", inner: e);
        }
    }

    /// <summary>The line that a message counts; null when it counts none, or only tells that a table could not be committed.</summary>
    internal static string? Refused(string message, string input)
    {
        var number = LineNumber().Match(message).Groups["number"].ValueSpan;
        var line = int.TryParse(number, CultureInfo.InvariantCulture, out var count) ? input.Split('\n').ElementAtOrDefault(count - 1) : null;
        return line is null or "" or "COMMIT" ? null : line;
    }

    // "line 4 failed", "line 4: RULE_APPEND failed", "Error occurred at line: 4".
    [GeneratedRegex(@"\bline:? (?<number>\d+)\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex LineNumber();
}
