using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles.Plugins;

/// <summary><c>log [NAMES...] [FORMAT] { class CLASSES... }</c>: which questions leave a line in the log.</summary>
internal static class LogPlugin
{
    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        var names = line.Arguments.TakeWhile(word => !word.Contains('{', StringComparison.Ordinal)).ToList();
        var format = line.Arguments.Skip(names.Count).ToList();
        if (format.Count > 0 && format is not ["{common}"])
            draft.Unsupported(line, $"lines always have the form {{common}}; '{string.Join(' ', format)}' is left out");
        var classes = DnsLogClasses.None;
        foreach (var option in line.Block)
        {
            if (option.Name == "class")
                classes |= option.Arguments.Aggregate(DnsLogClasses.None, (all, word) => all | Class(option, word, draft));
            else
                draft.UnknownOption(option, "log", "class");
        }

        var zones = draft.Zones(line, names);
        foreach (var zone in zones.Where(zone => block.Zones.Any(own => own != zone && zone.IsWithin(own))))
            draft.Unsupported(line, $"{zone} is not logged apart from the rest of its block; write a block of its own for it");
        block.Logs.Add((classes == DnsLogClasses.None ? DnsLogClasses.All : classes, zones.Count > 0 ? zones : block.Zones));
    }

    private static DnsLogClasses Class(CorefileLine option, string word, CorefileDraft draft)
    {
        switch (word)
        {
            case "success":
                return DnsLogClasses.Success;
            case "denial":
                return DnsLogClasses.Denial;
            case "error":
                return DnsLogClasses.Error;
            case "all":
                return DnsLogClasses.All;
            default:
                draft.Bad(option, $"'{word}' is no class of answers; write success, denial, error or all");
                return DnsLogClasses.None;
        }
    }
}
