using Weft.Compilers.Dns.Corefiles.Plugins;

namespace Weft.Compilers.Dns.Corefiles;

/// <summary>Plugins of CoreDNS by name: those that are read, those that need nothing here, and those that are not done.</summary>
internal static class CorefilePlugins
{
    private static readonly Dictionary<string, Action<CorefileLine, ServerBlock, CorefileDraft>> Known = new(StringComparer.Ordinal)
    {
        ["kubernetes"] = KubernetesPlugin.Read,
        ["forward"] = ForwardPlugin.Read,
        ["cache"] = CachePlugin.Read,
        ["hosts"] = HostsPlugin.Read,
        ["log"] = LogPlugin.Read,
        ["errors"] = ErrorsPlugin.Read,
        ["rewrite"] = RewritePlugin.Read,
        ["transfer"] = TransferPlugin.Read,
        ["autopath"] = (line, _, draft) => Complete(line, draft),
    };

    // What each of them is for is there anyway, or has no meaning in an agent.
    private static readonly Dictionary<string, string> Harmless = new(StringComparer.Ordinal)
    {
        ["health"] = "the agent has a health endpoint of its own",
        ["ready"] = "the agent has a readiness endpoint of its own",
        ["prometheus"] = "the agent has metrics at an address of its own",
        ["loop"] = "a node never asks its own addresses",
        ["reload"] = "settings are taken over when the ConfigMap changes",
        ["loadbalance"] = "addresses of an answer always change places",
        ["bufsize"] = "datagrams never have more than 1,232 bytes",
        ["pprof"] = "there is nothing of Go to be profiled",
        ["debug"] = "the agent's own log levels hold",
        ["cancel"] = "waiting always ends after five seconds",
        ["minimal"] = "answers never have more than they need",
        ["any"] = "ANY is answered with what the name has",
        ["nsid"] = "answers do not name the node",
        ["metadata"] = "nothing uses labels of queries",
        ["trace"] = "queries are not traced to other services",
    };

    /// <summary>Whether a plugin makes its block answer less than it would without it.</summary>
    public static bool Narrows(string plugin) => plugin is "view" or "acl" or "tsig" or "tls";

    /// <summary>Reads one directive of a server block.</summary>
    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        if (Known.TryGetValue(line.Name, out var read))
            read(line, block, draft);
        else if (Harmless.TryGetValue(line.Name, out var why))
            draft.Report.Note($"{line.Name} needs nothing here: {why}");
        else if (line.Name == "bind")
            draft.Unsupported(line, "bind is left out: nodes answer at the addresses of kube-dns and at those of the key dns-address");
        else
            draft.Unsupported(line, $"'{line.Name}' is no plugin that is done here and is left out; known are {string.Join(", ", Known.Keys)}; for all others run CoreDNS and send it their zones with forward");
    }

    private static void Complete(CorefileLine line, CorefileDraft draft)
    {
        draft.Settings = draft.Settings with { Completion = true };
        if (line.Arguments is not [.., "@kubernetes"])
            draft.Unsupported(line, $"'{line}' is read as 'autopath @kubernetes': nodes know the search lists of their own pods");
    }
}
