using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Weft.ApiServer.Schemas;
using Weft.Kubernetes.Client;
using Weft.Tests.Kubectl;

namespace Weft.Tests.Policies.Published;

/// <summary>Our lean schema of ClusterNetworkPolicy takes and refuses what the published definition does, and lets itself be replaced by it.</summary>
public sealed class PublishedDefinitionTests
{
    private const string Sample = """
        apiVersion: policy.networking.k8s.io/v1alpha2
        kind: ClusterNetworkPolicy
        metadata: {name: sample}
        spec:
          tier: Admin
          priority: 7
          subject: {pods: {namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchExpressions: [{key: app, operator: In, values: [x, z]}]}}}
          ingress:
          - name: monitoring
            action: Accept
            from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}, {pods: {namespaceSelector: {}, podSelector: {}}}]
            protocols: [{tcp: {destinationPort: {number: 9100}}}, {destinationNamedPort: metrics}, {sctp: {destinationPort: {range: {start: 5, end: 7}}}}]
          egress:
          - action: Pass
            to: [{networks: [10.0.0.0/8, "fd00::/8"]}, {namespaces: {}}]
            protocols: [{udp: {destinationPort: {range: {start: 80, end: 90}}}}]
          - action: Deny
            to: [{namespaces: {}}]
            protocols: [{destinationNamedPort: http}]
        """;

    private static readonly string[] Values =
        ["-1", "0", "1", "79", "65535", "65536", "1000", "1001", "\"\"", "\"x\"", "\"Accept\"", "\"accept\"", "\"10.0.0.0\"", "\"fd00::/129\"", "[]", "{}", "[{}]", "[\"10.0.0.0/8\",\"10.0.0.0/8\"]", "{\"number\":80}", "{\"number\":80,\"range\":{\"start\":1,\"end\":2}}", "{\"start\":9,\"end\":9}"];

    [Fact]
    public void The_sample_is_taken_by_both()
    {
        Assert.Null(PublishedDefinition.Read().Refuses(Parse()));
        Assert.Empty(OursRefuses(Parse()));
    }

    [Fact]
    public void What_the_published_definition_refuses_is_refused_and_what_it_takes_is_taken()
    {
        var published = PublishedDefinition.Read();
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            seed =>
            {
                var policy = Mutated(new Random(seed));
                var (theirs, ours) = (published.Refuses(policy), OursRefuses(policy.DeepClone().AsObject()));
                Assert.True((theirs is null) == (ours.Count == 0) || (theirs is null && ours.TrueForAll(IsStricterOnPurpose)), $"the published definition says {theirs ?? "yes"}, ours {string.Join("; ", ours)}:\n{policy.ToJsonString()}");
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public async Task The_published_definition_may_be_applied_over_ours_and_policies_stay()
    {
        var published = PublishedDefinition.Read();
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var session = await KubectlSession.StartAsync();
        await session.SaysAsync("sample created", Sample, "apply", "-f", "-");
        await session.SaysAsync("clusternetworkpolicies.policy.networking.k8s.io serverside-applied", published.Text, "apply", "--server-side", "-f", "-");
        await session.SaysAsync("condition met", null, "wait", "--for=condition=Established", "--timeout=60s", "crd/clusternetworkpolicies.policy.networking.k8s.io");
        await session.SaysAsync("sample", null, "get", "cnp");
        await session.SaysAsync("sample unchanged", Sample, "apply", "-f", "-");
        await session.FailsAsync("Invalid CIDR format provided", Sample.Replace("10.0.0.0/8", "10.0.0.0", StringComparison.Ordinal), "apply", "-f", "-");
    }

    private static JsonObject Parse() => Manifests.Load(Sample, "sample").Single().Object;

    private static List<string> OursRefuses(JsonObject policy)
    {
        var result = ObjectSchemas.For("policy.networking.k8s.io", "v1alpha2", "ClusterNetworkPolicy").Admit(policy, null, FieldValidation.Strict);
        return result.BadRequest is { } bad ? [bad] : [.. result.Errors.Select(error => error.ToString()!)];
    }

    /// <summary>
    /// Selectors are refused as those of NetworkPolicies are, where the published definition takes any text; and so are names of ports for peers that have
    /// none, as in its experimental channel.
    /// </summary>
    private static bool IsStricterOnPurpose(string error) =>
        error.Contains(".matchLabels", StringComparison.Ordinal) || error.Contains(".matchExpressions", StringComparison.Ordinal) || error.Contains("namedPorts", StringComparison.Ordinal);

    /// <summary>The sample with one to three of its parts taken out, repeated or replaced, or with a field that nobody knows.</summary>
    private static JsonObject Mutated(Random random)
    {
        var policy = Parse();
        for (var i = random.Next(3); i >= 0; i--)
        {
            var parts = Parts(policy["spec"]!).ToList();
            if (parts.Count > 0)
                Mutate(parts[random.Next(parts.Count)], random);
        }

        return policy;
    }

    private static void Mutate(JsonNode part, Random random)
    {
        var value = JsonNode.Parse(Values[random.Next(Values.Length)]);
        switch (part.Parent, random.Next(4))
        {
            case (JsonObject parent, 0):
                parent.Remove(part.GetPropertyName());
                break;
            case (JsonArray parent, 0):
                for (var i = random.Next(30); i >= 0; i--)
                    parent.Add(part.DeepClone());
                break;
            case (_, 1) when part is JsonObject fields:
                fields["colour"] = value;
                break;
            default:
                part.ReplaceWith(value);
                break;
        }
    }

    private static IEnumerable<JsonNode> Parts(JsonNode node)
    {
        IEnumerable<JsonNode?> inner = node switch { JsonObject fields => fields.Select(field => field.Value), JsonArray items => items, _ => [] };
        return inner.OfType<JsonNode>().SelectMany(part => Parts(part).Prepend(part));
    }
}
