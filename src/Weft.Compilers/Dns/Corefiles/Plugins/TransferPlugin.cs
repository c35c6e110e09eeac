using Weft.Compilers.Dns.Settings;
using Weft.Model;

namespace Weft.Compilers.Dns.Corefiles.Plugins;

/// <summary><c>transfer [ZONES...] { to ADDRESSES... }</c>: who may take the cluster's zone (AXFR).</summary>
internal static class TransferPlugin
{
    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        var ranges = new SortedSet<IpPrefix>(draft.Settings.TransferTo);
        foreach (var option in line.Block)
        {
            if (option.Name != "to")
                draft.UnknownOption(option, "transfer", "to");
            foreach (var word in option.Name == "to" ? option.Arguments : [])
            {
                if (DnsValues.TryReadRanges(word, out var read))
                    ranges.UnionWith(read);
                else
                    draft.Bad(option, $"'{word}' is neither an address nor a block of addresses; nobody is notified of changes, and ports mean nothing");
            }
        }

        draft.Settings = draft.Settings with { TransferTo = ranges.ToEquatableArray() };
    }
}
