using System.Globalization;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles.Plugins;

/// <summary><c>cache [TTL] [ZONES...] { options }</c>: what is remembered of other servers' answers.</summary>
internal static class CachePlugin
{
    private const string Options = "success, denial, prefetch, serve_stale, servfail and disable";

    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        // As CoreDNS: neither asked for ahead of the end nor given after it unless it is written.
        var limits = new CacheLimits { MaxStale = TimeSpan.Zero, Prefetch = 0 };
        var words = line.Arguments.AsEnumerable();
        if (line.Arguments.Count > 0 && uint.TryParse(line.Arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            limits = Within(limits with { MaxTtl = TimeSpan.FromSeconds(seconds), MaxNegativeTtl = TimeSpan.FromSeconds(seconds) });
            words = words.Skip(1);
        }

        var zones = draft.Zones(line, words);
        limits = line.Block.Aggregate(limits, (all, option) => ReadOption(option, all, draft));
        if (block.Cache is not null)
            draft.Bad(line, "the block has a cache already; the last one counts");
        foreach (var zone in zones.Where(zone => block.Zones.Any(own => own != zone && zone.IsWithin(own)) && !zone.IsWithin(draft.Settings.ClusterDomain)))
            draft.Unsupported(line, $"{zone} is not remembered apart from the rest of its block; write a block of its own for it");
        block.Cache = (limits, zones.Count > 0 ? zones : block.Zones);
    }

    private static CacheLimits ReadOption(CorefileLine option, CacheLimits limits, CorefileDraft draft)
    {
        switch (option.Name)
        {
            case "success":
                limits = limits with { Entries = draft.Number(option, 0) ?? limits.Entries };
                limits = option.Arguments.Count > 1 && draft.Number(option, 1) is { } most ? limits with { MaxTtl = TimeSpan.FromSeconds(most) } : limits;
                return Within(option.Arguments.Count > 2 && draft.Number(option, 2) is { } least ? limits with { MinTtl = TimeSpan.FromSeconds(least) } : limits);
            case "denial":
                if (option.Arguments.Count > 2)
                    draft.Report.Note("the shortest time of denial is that of success");
                return Within(option.Arguments.Count > 1 && draft.Number(option, 1) is { } negative ? limits with { MaxNegativeTtl = TimeSpan.FromSeconds(negative) } : limits);
            case "prefetch":
                return Prefetch(option, limits, draft);
            case "serve_stale":
                if (option.Arguments is not [_, "verify"])
                    draft.Report.Note("serve_stale asks again first, and gives the old answer after 1.8 seconds (RFC 8767)");
                return limits with { MaxStale = option.Arguments.Count == 0 ? TimeSpan.FromHours(1) : draft.Time(option) ?? limits.MaxStale };
            case "servfail":
                draft.Report.Note("failures are not remembered, whatever servfail says");
                return limits;
            case "disable":
                Disable(option, draft);
                return limits;
            default:
                draft.UnknownOption(option, "cache", Options);
                return limits;
        }
    }

    /// <summary>The shortest time is never longer than the longest.</summary>
    private static CacheLimits Within(CacheLimits limits) => limits.MaxTtl < limits.MinTtl ? limits with { MinTtl = limits.MaxTtl } : limits;

    private static CacheLimits Prefetch(CorefileLine option, CacheLimits limits, CorefileDraft draft)
    {
        draft.Report.Note("prefetch asks again for whatever is asked for near its end, however often that was before");
        if (draft.Number(option, 0) is not { } amount || amount == 0)
            return limits with { Prefetch = 0 };
        if (option.Arguments.Count < 3)
            return limits with { Prefetch = 0.1 };
        if (option.Arguments[2] is [.. var number, '%'] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 10 and <= 90)
            return limits with { Prefetch = percent / 100.0 };
        draft.Bad(option, $"'{option.Arguments[2]}' is no share from 10% to 90%; 10% holds meanwhile");
        return limits with { Prefetch = 0.1 };
    }

    private static void Disable(CorefileLine option, CorefileDraft draft)
    {
        var kind = option.Arguments.FirstOrDefault();
        if (kind is not ("success" or "denial"))
            draft.Bad(option, $"'{option}' is unknown; write 'disable success' or 'disable denial' and zones");
        else if (option.Arguments.Count == 1 || draft.Zones(option, option.Arguments.Skip(1)).Exists(zone => !zone.IsWithin(draft.Settings.ClusterDomain)))
            draft.Unsupported(option, "answers of others are remembered with both kinds or not at all; for zones that are not to be remembered write a block without cache. Names of the cluster never are");
    }
}
