using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Policies.Testing;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Tests.Policies.Testing;

/// <summary>Expectations as people write them, and as they get them wrong.</summary>
public sealed class PolicyTestReaderTests
{
    [Theory]
    [InlineData("frontend", "PodsEnd default frontend")]
    [InlineData("mine/batch", "PodsEnd mine batch")]
    [InlineData("pod/batch", "PodsEnd default batch")]
    [InlineData("mine/*", "PodsEnd mine *")]
    [InlineData("*/*", "PodsEnd all *")]
    [InlineData("role=db", "PodsEnd default role in (db)")]
    [InlineData("mine/role=db", "PodsEnd mine role in (db)")]
    [InlineData("*/role in (a,b)", "PodsEnd all role in (a,b)")]
    [InlineData("app.kubernetes.io/name=web", "PodsEnd default app.kubernetes.io/name in (web)")]
    [InlineData("mine/app.kubernetes.io/name=web", "PodsEnd mine app.kubernetes.io/name in (web)")]
    [InlineData("svc/web", "ServiceEnd default/web")]
    [InlineData("svc/mine/web", "ServiceEnd mine/web")]
    [InlineData("mine/svc/web", "ServiceEnd mine/web")]
    [InlineData("node/*", "NodesEnd *")]
    [InlineData("nodes/zone=a", "NodesEnd zone in (a)")]
    [InlineData("10.0.0.1", "AddressEnd 10.0.0.1")]
    [InlineData("fd00::1", "AddressEnd fd00::1")]
    [InlineData("10.0.0.0/24", "BlockEnd [10.0.0.0/24] but []")]
    [InlineData("outside", "BlockEnd [] but []")]
    [InlineData("{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}", "BlockEnd [10.0.0.0/8] but [10.1.0.0/16]")]
    [InlineData("{cidr: outside, except: 10.1.0.0/16}", "BlockEnd [] but [10.1.0.0/16]")]
    [InlineData("{namespaces: team=a}", "PodsEnd team in (a) ")]
    [InlineData("{namespace: mine, pods: role=db}", "PodsEnd mine role in (db)")]
    [InlineData("{pod: web-*, namespace: mine}", "PodsEnd mine web-*")]
    public void Ends_are_read(string text, string expected)
    {
        var read = Read($"tests: [{{from: {(text.StartsWith('{') ? text : $"\"{text}\"")}, to: web, port: 80, expect: allowed}}]");
        Assert.Empty(read.Errors);
        var end = read.Document.Expectations[0].From[0];
        Assert.Equal(expected, end.GetType().Name + " " + end switch
        {
            PodsEnd pods => $"{pods.Namespace ?? (pods.Namespaces.IsEmpty ? "all" : pods.Namespaces.ToString())} {pods.Name ?? pods.Labels.ToString()}",
            NodesEnd nodes => nodes.Name ?? nodes.Labels.ToString(),
            ServiceEnd service => service.Key.ToString(),
            AddressEnd address => address.Address.ToString(),
            _ => $"{((BlockEnd)end).Ranges} but {((BlockEnd)end).Except}",
        });
    }

    [Theory]
    [InlineData("80", "80")]
    [InlineData("80/udp", "UDP 80")]
    [InlineData("8000-8099", "8000-8099")]
    [InlineData("redis", "redis")]
    [InlineData("any", "any port")]
    [InlineData("any/sctp", "any SCTP port")]
    [InlineData("icmp", "ICMP")]
    public void Ports_are_read(string text, string expected)
    {
        var read = Read($"tests: [{{from: client, to: web, port: {text}, expect: denied}}]");
        Assert.Empty(read.Errors);
        Assert.Equal(expected.Replace("TCP ", "", StringComparison.Ordinal), PolicyTestText.Show(read.Document.Expectations[0].Ports[0]).Replace("TCP ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tests: [{from: client, to: web, expect: allowed, prot: 80}]", "tests.yaml:1: unknown field 'prot' of tests[0]; there are name, from, to, port, ports, protocol, expect, by")]
    [InlineData("tests:\n- from: client\n  to: web\n  expect: maybe", "tests.yaml:4: tests[0].expect is 'maybe': write allowed or denied")]
    [InlineData("tests:\n- from: client\n  expect: allowed", "tests.yaml:2: tests[0].to is missing")]
    [InlineData("tests:\n- {from: client, to: web, port: 70000, expect: allowed}", "tests.yaml:2: tests[0].port: '70000' is neither a port (1 to 65535) nor a range such as 8000-8099")]
    [InlineData("tests:\n- {from: client, to: web, port: 80/http, expect: allowed}", "tests.yaml:2: tests[0].port: '80/http': http is no protocol with ports; use tcp, udp or sctp")]
    [InlineData("tests:\n- {from: client, to: web, protocol: icmp, port: 80, expect: allowed}", "tests.yaml:2: tests[0]: ICMP has no ports")]
    [InlineData("tests:\n- {from: {pod: a, cidr: b}, to: web, expect: allowed}", "tests.yaml:2: tests[0].from: pod and cidr in one end: which one is meant? Make a list of two ends")]
    [InlineData("tests:\n- {from: {cidr: 10.0.0.0}, to: web, expect: allowed}", "tests.yaml:2: tests[0].from: '10.0.0.0' is no block of addresses such as 10.0.0.0/24")]
    [InlineData("tests:\n- {from: 'a=(', to: web, expect: allowed}", "tests.yaml:2: tests[0].from: 'a=(' is not a label selector: ")]
    [InlineData("tests:\n- {from: a, to: web, expect: allowed, by: 'a b c'}", "tests.yaml:2: tests[0].by: 'a b c' names no policy; write NAME, NAMESPACE/NAME, with a rule NAME ingress[0], or none")]
    [InlineData("tests: [just text]", "tests.yaml:1: tests[0] is no expectation; one looks like: {from: client, to: web, port: 80, expect: allowed}")]
    [InlineData("kind: PolicyTest\nspec: {}", "tests.yaml:2: unknown field 'spec' of a PolicyTest; there are apiVersion, kind")]
    [InlineData("kind: PolicyTest", "tests.yaml:1: there are no expectations: write them under tests or matrix")]
    [InlineData("kind: PolicyTest\napiVersion: v1\ntests: [{from: a, to: b, expect: denied}]", "tests.yaml:2: apiVersion 'v1': use weft/v1alpha1, or none")]
    [InlineData("matrix: |\n  web:80 db:80\n  client .", "tests.yaml:1: matrix: the row of client has 1 signs for 2 destinations")]
    [InlineData("matrix: |\n  web:80\n  client maybe", "tests.yaml:1: matrix: the row of client says 'maybe' of web:80: use . or + for allowed, X or - for denied, ? where nothing is said")]
    [InlineData("matrix: []\ntests: 3", "tests.yaml:2: tests must be a list")]
    public void What_is_wrong_is_said_with_its_line(string yaml, string error) => Assert.StartsWith(error, Read(yaml).Errors[0], StringComparison.Ordinal);

    [Fact]
    public void A_table_is_an_expectation_for_each_sign()
    {
        var read = Read("""
            namespace: shop
            matrix: |
              FROM \ TO      db:6379   [fd00::1]:80/udp   svc/web:http
              client         0.24 ms   X                  ?
              other/role=a   -         .                  .           # a comment
            """);
        Assert.Empty(read.Errors);
        Assert.Equal(
            ["client reaches db:6379 (tests.yaml:4)", "client does not reach [fd00::1]:80/udp (tests.yaml:4)", "other/role=a does not reach db:6379 (tests.yaml:5)",
             "other/role=a reaches [fd00::1]:80/udp (tests.yaml:5)", "other/role=a reaches svc/web:http (tests.yaml:5)"],
            read.Document.Expectations.Select(expectation => $"{expectation.Name} ({expectation.Place})"));
        Assert.Equal("shop", ((PodsEnd)read.Document.Expectations[0].From[0]).Namespace);
    }

    [Fact]
    public void A_plain_list_will_do()
    {
        var root = Manifests.Documents("- {from: client, to: web, port: 80, expect: allowed}", "tests.yaml")[0].Root;
        Assert.True(PolicyTestReader.IsTest(root));
        Assert.Single(PolicyTestReader.Read(root, "tests.yaml", _ => 1).Document.Expectations);
    }

    [Fact]
    public void Nothing_that_can_be_written_throws() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Select(seed => new RandomExpectations(new System.Random(seed)).Document()).ToArbitrary(),
        root =>
        {
            var (document, errors) = PolicyTestReader.Read(root, "tests.yaml", _ => 1);
            Assert.True(document.Expectations.Count > 0 || errors.Count > 0, root.ToJsonString());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static (PolicyTestDocument Document, EquatableArray<string> Errors) Read(string yaml)
    {
        var document = Manifests.Documents(yaml, "tests.yaml")[0];
        return PolicyTestReader.Read(document.Root, "tests.yaml", document.Lines.Of);
    }

    /// <summary>Documents that are nearly right: the words of expectations in any place, values of any shape.</summary>
    private sealed class RandomExpectations(System.Random random)
    {
        private static readonly string[] Words =
        [
            "kind", "PolicyTest", "tests", "matrix", "from", "to", "port", "ports", "protocol", "expect", "by", "name", "namespace", "manifests", "metadata", "cidr", "except", "pods",
            "namespaces", "node", "nodes", "service", "allowed", "denied", "any", "icmp", "80", "80/udp", "9-", "-1", "1-2-3", "a/b/c", "/", "*", "*/*", "svc/", "node/", "!", "=", "a=b", "a in (b",
            "10.0.0.0/8", "10.0.0.0/99", "::/0", "[::1]:80", "]:", ":", "FROM \\ TO a\n b .", "a:80\nb X\nc", "\n\n", "", " ", "none", "x ingress[999999999]", "x egress[1]", "\u0001",
        ];

        public JsonNode Document() => random.Next(8) == 0 ? List(3) : Object(4);

        private JsonNode? Node(int depth) => random.Next(depth <= 0 ? 3 : 6) switch
        {
            0 => null,
            1 => random.Next(100),
            2 => Word(),
            3 => List(depth - 1),
            _ => Object(depth - 1),
        };

        private JsonArray List(int depth) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => Node(depth))];

        private JsonObject Object(int depth)
        {
            var fields = new JsonObject();
            for (var i = random.Next(7); i > 0; i--)
                fields[Word()] = Node(depth);
            return fields;
        }

        private string Word() => Words[random.Next(Words.Length)];
    }
}
