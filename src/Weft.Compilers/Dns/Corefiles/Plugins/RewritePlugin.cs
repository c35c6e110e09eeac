using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles.Plugins;

/// <summary><c>rewrite [continue|stop] name [exact|prefix|suffix|substring|regex] FROM TO [answer auto]</c>: names that stand for others.</summary>
internal static class RewritePlugin
{
    private const string Form = "write 'rewrite name exact|prefix|suffix|substring|regex FROM TO'";

    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        var words = line.Arguments.ToList();
        var continues = words is ["continue", ..];
        if (words is ["continue" or "stop", ..])
            words.RemoveAt(0);
        foreach (var option in words.Count == 0 ? line.Block : [])
            words.AddRange([option.Name, .. option.Arguments]);
        if (words is not ["name", .. var rest])
        {
            draft.Unsupported(line, $"'{line}' is left out: only names are rewritten; {Form}");
            return;
        }

        if (Kind(rest.FirstOrDefault()) is { } kind)
            rest.RemoveAt(0);
        else
            kind = RewriteMatch.Exact;
        if (rest.Count < 2)
            draft.Bad(line, $"'{line}' lacks what is to be replaced, or with what, and is left out; {Form}");
        else if (Rule(line, kind, rest[0], rest[1], continues, draft) is { } rule)
            block.Rewrites.Add(rule);
        Answers(line, rest, draft);
    }

    private static RewriteMatch? Kind(string? word) => word switch
    {
        "exact" => RewriteMatch.Exact,
        "prefix" => RewriteMatch.Prefix,
        "suffix" => RewriteMatch.Suffix,
        "substring" => RewriteMatch.Substring,
        "regex" => RewriteMatch.Regex,
        _ => null,
    };

    private static NameRewrite? Rule(CorefileLine line, RewriteMatch kind, string from, string to, bool continues, CorefileDraft draft)
    {
        if (kind == RewriteMatch.Regex)
        {
            try
            {
                _ = NameRewrite.Expression(from);
                return new NameRewrite(kind, from, Whole(to), continues);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                draft.Bad(line, $"'{from}' is no regular expression that can be used, and the line is left out: {e.Message}");
                return null;
            }
        }

        (from, to) = (from.ToLowerInvariant(), to.ToLowerInvariant());
        if (kind is RewriteMatch.Exact or RewriteMatch.Suffix)
            (from, to) = (Whole(from), Whole(to));
        if (from.Length > 0 && (kind != RewriteMatch.Exact || DnsName.TryParse(to, out _, out _)))
            return new NameRewrite(kind, from, to, continues);
        draft.Bad(line, $"'{line}' leads to no name and is left out; {Form}");
        return null;
    }

    /// <summary>Text with the dot at the end that all whole names have.</summary>
    private static string Whole(string text) => text.EndsWith('.') ? text : text + ".";

    private static void Answers(CorefileLine line, List<string> rest, CorefileDraft draft)
    {
        for (var at = rest.IndexOf("answer", Math.Min(2, rest.Count)); at >= 0; at = rest.IndexOf("answer", at + 1))
        {
            if (at + 1 < rest.Count && rest[at + 1] == "value")
                draft.Unsupported(line, "names inside of records stay as they are: 'answer value' is left out");
            else
                draft.Report.Note("answers to rewritten names always have the name that was asked for, whatever 'answer' says");
        }
    }
}
