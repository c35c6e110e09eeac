using System.Text.Json.Nodes;
using Weft.Cni.Plugins;

namespace Weft.Tests.Cni;

/// <summary>The frame of a plugin: what is refused before the plugin is asked, and in which words.</summary>
public sealed class PluginHostTests
{
    private const string Ipam = """ "ipam": { "type": "host-local", "dataDir": "/nonexistent/weft", """;

    [Fact]
    public void Without_a_command_it_says_what_it_is()
    {
        var lines = new List<string>();

        var code = PluginHost.Run("host-local", PluginCatalog.Create("host-local")!, _ => null, Stream.Null, Stream.Null, lines.Add);

        Assert.Equal(0, code);
        Assert.StartsWith("CNI plugin host-local", lines[0]);
        Assert.Contains("0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0", lines[1]);
    }

    [Fact]
    public void Version_lists_every_version_and_needs_no_configuration()
    {
        var (code, output) = new PluginCall("host-local", "VERSION", "").Run();

        Assert.Equal(0, code);
        var expected = JsonNode.Parse("""
            { "cniVersion": "1.1.0", "supportedVersions": ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] }
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(output)), output);
    }

    [Theory]
    [InlineData("FOO", """{ "name": "n" }""", 4, "unknown CNI_COMMAND: FOO")]
    [InlineData("ADD", "{", 6, "error unmarshall network config")]
    [InlineData("ADD", "[]", 6, "the configuration must be an object, not []")]
    [InlineData("ADD", "{}", 7, "missing network name")]
    [InlineData("ADD", """{ "name": "a/b" }""", 7, "invalid characters found in network name")]
    [InlineData("ADD", """{ "name": 5 }""", 6, "field \"name\" must be a string, not 5")]
    [InlineData("ADD", """{ "name": "n", "cniVersion": "9.9.9" }""", 1, "config is \"9.9.9\", plugin supports")]
    [InlineData("ADD", """{ "name": "n", "cniVersion": "one" }""", 1, "incompatible CNI versions")]
    [InlineData("CHECK", """{ "name": "n", "cniVersion": "0.3.1" }""", 1, "config version does not allow CHECK")]
    [InlineData("GC", """{ "name": "n", "cniVersion": "1.0.0" }""", 1, "config version does not allow GC")]
    [InlineData("STATUS", """{ "name": "n", "cniVersion": "1.0.0" }""", 1, "config version does not allow STATUS")]
    [InlineData("ADD", """{ "name": "n", "cniVersion": "1.0.0" }""", 7, "IPAM config missing 'ipam' key")]
    [InlineData("ADD", """{ "name": "n", "ipam": 3 }""", 6, "\"ipam\" must be an object")]
    public void What_is_wrong_with_the_call_is_answered_with_its_code(string command, string config, int code, string words)
    {
        var (found, message) = new PluginCall("host-local", command, config).Error();

        Assert.Equal(code, found);
        Assert.Contains(words, message);
    }

    [Theory]
    [InlineData("\"subnet\": \"10.1.2.3/16\"", "invalid range set 0: Network has host bits set. For a subnet mask of length 16 the network address is 10.1.0.0")]
    [InlineData("\"subnet\": \"10.1.2.0/31\"", "invalid range set 0: Network 10.1.2.0/31 too small to allocate from")]
    [InlineData("\"subnet\": \"ten\"", "field \"ipam.subnet\" must be a CIDR block such as 10.22.0.0/16, not \"ten\"")]
    [InlineData("\"ranges\": []", "no IP ranges specified")]
    [InlineData("\"ranges\": [{}]", "field \"ipam.ranges[0]\" must be a list of ranges")]
    [InlineData("\"ranges\": [[{ \"subnet\": \"10.0.0.0/24\" }, { \"subnet\": \"fd00::/64\" }]]", "invalid range set 0: mixed address families")]
    [InlineData("\"ranges\": [[{ \"subnet\": \"10.0.0.0/24\" }], [{ \"subnet\": \"10.0.0.128/25\" }]]", "range set 0 overlaps with 1")]
    [InlineData("\"subnet\": \"10.1.2.0/24\", \"rangeStart\": \"10.1.3.1\"", "invalid range set 0: RangeStart 10.1.3.1 not in network 10.1.2.0/24")]
    [InlineData("\"subnet\": \"10.1.2.0/24\", \"rangeEnd\": \"10.1.3.1\"", "invalid range set 0: RangeEnd 10.1.3.1 not in network 10.1.2.0/24")]
    [InlineData("\"subnet\": \"10.1.2.0/24\", \"rangeStart\": \"10.1.2.9\", \"rangeEnd\": \"10.1.2.3\"", "RangeStart 10.1.2.9 is after RangeEnd 10.1.2.3")]
    [InlineData("\"subnet\": \"10.1.2.0/24\", \"routes\": [{}]", "field \"ipam.routes[0].dst\" must be a CIDR block")]
    public void A_wrong_range_is_named(string ipam, string words)
    {
        var config = $$"""{ "name": "n", "cniVersion": "1.0.0", {{Ipam}} {{ipam}} } }""";

        Assert.Contains(words, new PluginCall("host-local", "ADD", config).Error().Message);
    }

    [Theory]
    [InlineData("", "eth0", "CNI_CONTAINERID")]
    [InlineData("-bad", "eth0", "invalid characters in containerID")]
    [InlineData("c1", "", "CNI_IFNAME")]
    [InlineData("c1", "..", "interface name is . or ..")]
    [InlineData("c1", "a/b", "interface name contains / or :")]
    [InlineData("c1", "a b", "interface name contains whitespace characters")]
    [InlineData("c1", "sixteen-letters!", "interface name is too long")]
    public void Names_are_checked(string container, string interfaceName, string words)
    {
        var call = new PluginCall("host-local", "ADD", """{ "name": "n" }""") { ContainerId = container, InterfaceName = interfaceName };

        Assert.Contains(words, call.Error().Message);
    }

    [Fact]
    public void Field_names_match_without_regard_to_case_as_in_the_reference_plugins()
    {
        var config = $$"""{ "Name": "n", "CNIVersion": "1.0.0", {{Ipam}} "SUBNET": "10.1.2.0/31" } }""";

        Assert.Contains("10.1.2.0/31 too small", new PluginCall("host-local", "ADD", config).Error().Message);
    }
}
