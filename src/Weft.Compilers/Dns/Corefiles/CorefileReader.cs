using System.Globalization;
using Weft.Compilers.Dns.Settings;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles;

/// <summary>Reads what a Corefile, the configuration of CoreDNS, means for the nodes' DNS.</summary>
/// <remarks>
/// Server blocks become routes. What is not done here is a problem with its line, and everything else stays in force; blocks that would answer
/// more than was meant (another port, certain clients only) are left out as a whole. Text whose braces do not match is not used at all.
/// </remarks>
internal static class CorefileReader
{
    private const int MostImports = 100;

    /// <summary>Reads a text over settings that hold where it says nothing.</summary>
    public static DnsSettings Read(string text, IReadOnlyDictionary<string, string> files, DnsSettings settings, SettingsReport report)
    {
        var blocks = CorefileParser.Parse(text, out var problem);
        if (problem is var (line, message))
        {
            report.Bad(CorefileDraft.Where(line), $"{message}; nothing of the Corefile is in force until that is mended");
            return settings;
        }

        var draft = new CorefileDraft(settings, files, report);
        var snippets = new Dictionary<string, CorefileBlock>(StringComparer.Ordinal);
        var routes = new Dictionary<DnsName, DnsRoute>();
        foreach (var block in blocks)
        {
            if (block.Keys is [['(', .. var name, ')']])
                snippets[name] = block;
            else if (block.Keys is ["import", ..])
                report.Unsupported(CorefileDraft.Where(block.Line), $"'{string.Join(' ', block.Keys)}' is left out: files are not read; write their text into the Corefile");
            else
                Read(block, snippets, routes, draft);
        }

        if (routes.Count > 0)
            return draft.Settings with { Routes = DnsRoutes.Sorted(routes.Values) };
        report.Bad("Corefile", "there is no server block that can be used, so names of others go the usual way; write one such as '. { forward . /etc/resolv.conf }', with each directive on a line of its own");
        return draft.Settings;
    }

    private static void Read(CorefileBlock block, Dictionary<string, CorefileBlock> snippets, Dictionary<DnsName, DnsRoute> routes, CorefileDraft draft)
    {
        var lines = new List<CorefileLine>();
        Expand(block.Lines, snippets, lines, draft, left: MostImports);
        var zones = block.Keys.Select(key => Zone(key, block, draft)).OfType<DnsName>().Distinct().ToList();
        if (lines.Find(line => CorefilePlugins.Narrows(line.Name)) is { } narrow)
        {
            draft.Unsupported(narrow, $"{narrow.Name} is not done here, so the block of {string.Join(' ', block.Keys)} is left out as a whole: without it, it would answer more than was meant");
            return;
        }

        var server = new ServerBlock(zones);
        if (zones.Count == 0)
            return;
        foreach (var line in lines)
            CorefilePlugins.Read(line, server, draft);
        foreach (var route in server.Routes())
        {
            if (!routes.TryAdd(route.Zone, route))
                draft.Report.Bad(CorefileDraft.Where(block.Line), $"{route.Zone} has a block already; the first one counts, so put both into one");
        }
    }

    /// <summary>Puts snippets where they are imported.</summary>
    private static int Expand(IReadOnlyList<CorefileLine> lines, Dictionary<string, CorefileBlock> snippets, List<CorefileLine> all, CorefileDraft draft, int left)
    {
        foreach (var line in lines)
        {
            if (line.Name != "import")
                all.Add(line);
            else if (line.Arguments is not [var name] || !snippets.TryGetValue(name, out var snippet))
                draft.Unsupported(line, $"'{line}' is left out: only snippets '(name) {{ ... }}' that stand further up can be imported, without arguments; files are not read");
            else if (left <= 0)
                draft.Bad(line, $"'{line}' is left out: snippets import each other too often");
            else
                left = Expand(snippet.Lines, snippets, all, draft, left - 1);
        }

        return left;
    }

    /// <summary>The zone of a key such as <c>dns://example.org:53</c>; null when the block is not for us.</summary>
    private static DnsName? Zone(string key, CorefileBlock block, CorefileDraft draft)
    {
        var where = CorefileDraft.Where(block.Line);
        var rest = key.StartsWith("dns://", StringComparison.OrdinalIgnoreCase) ? key["dns://".Length..] : key;
        if (rest.Contains("://", StringComparison.Ordinal))
        {
            draft.Report.Unsupported(where, $"{key} is left out: nodes answer plain DNS only");
            return null;
        }

        var colon = rest.Contains('/', StringComparison.Ordinal) && rest.Count(one => one == ':') > 1 ? -1 : rest.LastIndexOf(':');
        if (colon >= 0 && rest[(colon + 1)..] != NodeLocalDns.Port.ToString(CultureInfo.InvariantCulture))
        {
            draft.Report.Unsupported(where, $"{key} is left out: nodes answer at port {NodeLocalDns.Port} only");
            return null;
        }

        if (DnsValues.TryReadZone(colon >= 0 ? rest[..colon] : rest, out var zone, out var problem) && rest.Length > 0)
            return zone;
        draft.Report.Bad(where, $"{problem ?? $"'{key}' is no zone"}; it is left out");
        return null;
    }
}
