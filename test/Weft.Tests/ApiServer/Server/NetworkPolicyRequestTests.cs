using System.Text;
using System.Text.Json.Nodes;

namespace Weft.Tests.ApiServer.Server;

/// <summary>NetworkPolicies as clients send them.</summary>
public sealed class NetworkPolicyRequestTests
{
    private const string Policies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
    private const string Protobuf = "application/vnd.kubernetes.protobuf";

    [Fact]
    public async Task One_in_protobuf_as_typed_clients_send_it_is_stored_with_all_that_is_in_it()
    {
        await using var api = await TestApi.StartAsync();

        var created = await api.SendAsync("POST", Policies, Typed(), Protobuf, TestApi.Json);

        Assert.Equal(201, created.Code);
        var stored = (await api.GetAsync($"{Policies}/typed")).Body;
        var expected = JsonNode.Parse("""
            {"podSelector":{"matchLabels":{"role":"db"}},
             "ingress":[{"ports":[{"protocol":"TCP","port":6379,"endPort":6400}],"from":[{"ipBlock":{"cidr":"172.17.0.0/16","except":["172.17.1.0/24"]}}]}],
             "egress":[{"ports":[{"protocol":"TCP","port":"dns"}]}],
             "policyTypes":["Ingress","Egress"]}
            """);
        Assert.True(JsonNode.DeepEquals(expected, stored["spec"]), stored["spec"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"ingres":[]}""", "unknown field \"spec.ingres\"")]
    [InlineData("""{"podSelector":{},"ingress":[{"from":[{"podSelector":{},"ipblock":{"cidr":"10.0.0.0/8"}}]}]}""", "unknown field \"spec.ingress[0].from[0].ipblock\"")]
    public async Task Fields_that_there_are_not_are_refused_by_strict_validation(string spec, string message)
    {
        await using var api = await TestApi.StartAsync();
        var policy = $$"""{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"p"},"spec":{{spec}}}""";

        var answer = await api.PostAsync($"{Policies}?fieldValidation=Strict", policy);

        Assert.Equal(400, answer.Code);
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
        Assert.Equal(404, (await api.GetAsync($"{Policies}/p")).Code);
    }

    /// <summary>runtime.Unknown around the object; Go's marshaller writes strings and numbers also when they are empty.</summary>
    private static byte[] Typed()
    {
        var metadata = Join(Text(1, "typed"), Text(2, ""), Text(3, "default"), Text(4, ""), Text(5, ""), Text(6, ""), Number(7, 0), Field(8));
        var number = Field(2, Number(1, 0), Number(2, 6379), Text(3, ""));
        var ingress = Field(2, Field(1, Text(1, "TCP"), number, Number(3, 6400)), Field(2, Field(3, Text(1, "172.17.0.0/16"), Text(2, "172.17.1.0/24"))));
        var egress = Field(3, Field(1, Field(2, Number(1, 1), Number(2, 0), Text(3, "dns"))));
        var spec = Join(Field(1, Field(1, Text(1, "role"), Text(2, "db"))), ingress, egress, Text(4, "Ingress"), Text(4, "Egress"));
        var type = Field(1, Text(1, "networking.k8s.io/v1"), Text(2, "NetworkPolicy"));
        return Join("k8s\0"u8.ToArray(), type, Field(2, Field(1, metadata), Field(2, spec)), Text(3, ""), Text(4, ""));
    }

    private static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, params byte[][] content) => Join([(byte)((field << 3) | 2)], Varint(content.Sum(part => part.Length)), Join(content));

    private static byte[] Number(int field, int value) => Join([(byte)(field << 3)], Varint(value));

    private static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];

    private static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];
}
