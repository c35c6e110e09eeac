using System.Text;
using System.Text.Json.Nodes;
using Weft.Kubernetes;

namespace Weft.Tests.Kubernetes;

public sealed class KubeJsonTests
{
    [Fact]
    public void A_pod_survives_the_way_to_text_and_back()
    {
        var pod = new Pod
        {
            Metadata = new() { Name = "web", Namespace = "default", Labels = StringMap.Of(("b", "2"), ("a", "1")) },
            Spec = new()
            {
                Containers = [new() { Name = "c", Image = "weft/host", Ports = [new() { Port = 80, Name = "http" }] }],
                Tolerations = [new() { Operator = "Exists", TolerationSeconds = 0 }],
            },
            Status = new() { Phase = "Running", PodIPs = [new("10.0.0.1")], ContainerStatuses = [new() { Name = "c" }] },
        };
        var text = KubeJson.ToJson(pod).ToJsonString();
        Assert.StartsWith("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default","labels":{"a":"1","b":"2"}}""", text);
        Assert.Contains("\"containerPort\":80", text);
        Assert.Contains("\"tolerationSeconds\":0", text);
        Assert.Contains("\"ready\":false,\"restartCount\":0", text);
        Assert.Equal(pod, KubeJson.Parse<Pod>(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Null_and_unknown_fields_are_read_as_nothing()
    {
        var pod = KubeJson.Parse<Pod>("""{"metadata":{"name":"a","creationTimestamp":null,"labels":null,"ownerReferences":null},"spec":{"containers":null,"future":{"x":[1]}}}"""u8);
        Assert.Equal(new Pod { Metadata = new() { Name = "a" } }, pod);
    }

    [Fact]
    public void Times_are_written_in_whole_seconds_and_lease_times_in_microseconds()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        var lease = new Lease { Metadata = new() { Name = "n", CreationTimestamp = time }, Spec = new() { RenewTime = time } };
        var text = KubeJson.ToJson(lease).ToJsonString();
        Assert.Contains("\"creationTimestamp\":\"2026-01-02T03:04:05Z\"", text);
        Assert.Contains("\"renewTime\":\"2026-01-02T03:04:05.678000Z\"", text);
        Assert.Equal(time, KubeJson.Parse<Lease>(Encoding.UTF8.GetBytes(text)).Spec.RenewTime);
    }

    [Fact]
    public void A_template_keeps_fields_that_the_records_do_not_know()
    {
        var node = JsonNode.Parse("""{"spec":{"template":{"spec":{"future":1,"containers":[]},"metadata":{"labels":{"app":"a"}}}}}""")!;
        var template = KubeJson.FromJson<Deployment>(node).Spec.Template;
        Assert.Equal("a", template.Labels["app"]);
        Assert.Equal(1, template.ToObject()["spec"]!["future"]!.GetValue<int>());
        Assert.Equal(template, template.WithLabel("x", "1").WithLabel("x", null));
    }

    [Fact]
    public void Quantities_may_be_written_as_numbers()
    {
        var node = KubeJson.Parse<Weft.Kubernetes.Node>("""{"metadata":{"name":"n"},"status":{"allocatable":{"cpu":2,"memory":"1Gi"}}}"""u8);
        Assert.Equal(2, Quantity.ParseOrZero(node.Status.Allocatable.Find("cpu")).Value);
        Assert.Equal(1 << 30, Quantity.ParseOrZero(node.Status.Allocatable.Find("memory")).Value);
    }

    [Theory]
    [InlineData("100m", "100m")]
    [InlineData("1.5", "1500m")]
    [InlineData("2k", "2000")]
    [InlineData("1e3", "1000")]
    [InlineData("1E", "1000000000000000000")]
    [InlineData("2Ki", "2048")]
    [InlineData("-1", "-1")]
    public void Quantities_are_read_with_every_suffix(string text, string expected)
    {
        Assert.True(Quantity.TryParse(text, out var quantity));
        Assert.Equal(expected, quantity.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1Q")]
    [InlineData("1 k")]
    [InlineData("1e99")]
    [InlineData("9999999999999999999999Ei")]
    public void What_is_no_quantity_is_refused(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Theory]
    [InlineData("25%", 10, true, 3)]
    [InlineData("25%", 10, false, 2)]
    [InlineData("0%", 10, true, 0)]
    [InlineData("abc", 10, true, null)]
    public void Percentages_scale_up_or_down(string text, int total, bool up, int? expected) =>
        Assert.Equal(expected, new IntOrString(text).Scale(total, up));

    [Fact]
    public void A_merge_patch_makes_one_object_of_the_other_and_leaves_foreign_fields_alone()
    {
        var from = JsonNode.Parse("""{"a":1,"b":{"c":1,"d":2},"e":[1]}""")!.AsObject();
        var to = JsonNode.Parse("""{"a":1,"b":{"c":3},"f":"x"}""")!.AsObject();
        var patch = MergePatch.Between(from, to)!;
        Assert.Equal("""{"b":{"c":3,"d":null},"f":"x","e":null}""", patch.ToJsonString());
        var foreign = JsonNode.Parse("""{"a":1,"b":{"c":1,"d":2,"mine":0},"e":[1],"mine":{}}""")!.AsObject();
        var expected = JsonNode.Parse("""{"a":1,"b":{"c":3,"mine":0},"f":"x","mine":{}}""");
        Assert.True(JsonNode.DeepEquals(expected, MergePatch.Apply(foreign, patch)));
        Assert.Null(MergePatch.Between(to, to));
    }
}
