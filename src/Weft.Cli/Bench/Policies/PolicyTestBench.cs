using System.Globalization;
using System.Text;

namespace Weft.Cli.Bench.Policies;

/// <summary><c>weft policy test</c> as a user starts it: the whole process, its start included.</summary>
internal static class PolicyTestBench
{
    private const int Apps = 10, Sources = 5, PerNamespace = Apps * Sources;

    /// <summary>Median of a few runs.</summary>
    public static async Task<Figure> MeasureAsync(PolicyScale scale, int runs, CancellationToken ct)
    {
        const string file = "/run/weft-bench-expectations.yaml";
        await File.WriteAllTextAsync(file, Write(scale.Expectations), ct);
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
            times.Add((await Tool.WeftAsync(["policy", "test", "--quiet", file], input: null, ct)).Seconds);
        return scale.Judge(string.Create(CultureInfo.InvariantCulture, $"weft policy test of {scale.Expectations:N0} expectations, start included"), Report.Median(times), 2, "s");
    }

    /// <summary>Pods, a policy for each, by which it accepts its neighbour, and expectations that all hold.</summary>
    internal static string Write(int expectations)
    {
        var text = new StringBuilder();
        for (var team = 0; team < expectations / PerNamespace; team++)
        {
            for (var app = 0; app < Apps; app++)
                text.Append(Objects($"team-{team}", $"app-{app}", $"app-{(app + 1) % Apps}"));
            text.Append(CultureInfo.InvariantCulture, $"---\nkind: PolicyTest\nname: team {team}\nnamespace: team-{team}\ntests:\n");
            for (var number = 0; number < PerNamespace; number++)
            {
                var (to, step) = (number / Sources, (number % Sources) + 1);
                text.Append(CultureInfo.InvariantCulture, $"- {{from: app-{(to + step) % Apps}, to: app-{to}, port: 8080, expect: {(step == 1 ? "allowed" : "denied")}}}\n");
            }
        }

        return text.ToString();
    }

    private static string Objects(string team, string app, string peer) => $$"""
        ---
        apiVersion: v1
        kind: Pod
        metadata: { namespace: {{team}}, name: {{app}}, labels: { app: {{app}} } }
        spec:
          containers:
          - { name: app, image: app, ports: [ { containerPort: 8080 } ] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { namespace: {{team}}, name: {{app}} }
        spec:
          podSelector: { matchLabels: { app: {{app}} } }
          ingress:
          - from: [ { podSelector: { matchLabels: { app: {{peer}} } } } ]
            ports: [ { port: 8080 } ]

        """;
}
