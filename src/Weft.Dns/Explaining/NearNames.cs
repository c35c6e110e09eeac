using Weft.Model.Dns;

namespace Weft.Dns.Explaining;

/// <summary>Names that somebody may have meant who wrote one that does not exist.</summary>
internal static class NearNames
{
    private const int Most = 3;

    /// <summary>Services that may be meant, as <c>namespace/name</c>: of the same name elsewhere, with both words swapped, or with nearly that name.</summary>
    public static IReadOnlyList<string> Services(DnsTable table, string space, string name) =>
        [.. table.Services
            .Select(service => (service, Distance: Distance(service, space, name)))
            .Where(one => one.Distance is not null)
            .OrderBy(one => one.Distance)
            .Take(Most)
            .Select(one => $"{one.service.Namespace}/{one.service.Name}")];

    /// <summary>Words of a list that are nearly this one.</summary>
    public static IReadOnlyList<string> Words(IEnumerable<string> words, string word) =>
        [.. words.Select(one => (one, Steps: Steps(one, word))).Where(one => IsNear(one.Steps, word)).OrderBy(one => one.Steps).Take(Most).Select(one => one.one)];

    /// <summary><c>: did you mean a, b or c?</c>, or nothing.</summary>
    public static string Ask(IReadOnlyList<string> near) => near.Count == 0 ? "" : $": did you mean {List(near, "or")}?";

    /// <summary><c>a, b and c</c>.</summary>
    public static string List(IReadOnlyList<string> words, string last = "and") =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} {last} {words[^1]}";

    private static int? Distance(NamedService service, string space, string name)
    {
        if (service.Name == name)
            return 0;
        if (service.Name == space && service.Namespace == name)
            return 1;
        var steps = Steps(service.Name, name);
        return service.Namespace == space && IsNear(steps, name) ? 1 + steps : null;
    }

    private static bool IsNear(int steps, string word) => steps <= Math.Min(2, word.Length / 2);

    /// <summary>How many letters must come, go, change or swap places with their neighbour (optimal string alignment).</summary>
    private static int Steps(string left, string right)
    {
        var steps = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    steps[i, j] = i + j;
                    continue;
                }

                var changed = steps[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                steps[i, j] = Math.Min(changed, 1 + Math.Min(steps[i - 1, j], steps[i, j - 1]));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    steps[i, j] = Math.Min(steps[i, j], 1 + steps[i - 2, j - 2]);
            }
        }

        return steps[left.Length, right.Length];
    }
}
