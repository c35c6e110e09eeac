using System.Text;
using System.Text.Json.Nodes;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Cni.Runtime;

namespace Weft.Tests.Cni;

/// <summary>The runtime's side: chains, cache, rollback, garbage, and the messages when a configuration is wrong.</summary>
public sealed class RuntimeTests : IDisposable
{
    private const string Chain = """
        { "cniVersion": "1.1.0", "name": "net", "plugins": [
          { "type": "first", "ipam": { "type": "x" } },
          { "type": "second", "capabilities": { "mac": true, "portMappings": false } } ] }
        """;

    private static readonly ContainerAttachment Pod = new()
    {
        ContainerId = "c1",
        Netns = "/run/netns/a",
        Arguments = [new("IgnoreUnknown", "1"), new("K8S_POD_NAME", "web")],
        CapabilityArguments = new JsonObject { ["mac"] = "02:00:00:00:00:01", ["portMappings"] = new JsonArray(80) },
    };

    private readonly string _directory = Directory.CreateTempSubdirectory("weft-cni-").FullName;
    private readonly List<string> _calls = [];
    private readonly Dictionary<string, JsonObject> _configs = [];
    private string? _failing;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_chain_is_added_in_order_with_each_result_handed_on_and_deleted_in_reverse_with_the_last()
    {
        var result = await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);

        Assert.Equal(["first", "second"], result.Interfaces.Select(each => each.Name));
        Assert.False(_configs["first ADD"].ContainsKey("prevResult"));
        Assert.Equal("first", (string?)_configs["second ADD"]["prevResult"]!["interfaces"]![0]!["name"]);
        Assert.Equal("net", (string?)_configs["second ADD"]["name"]);
        Assert.Equal("1.1.0", (string?)_configs["second ADD"]["cniVersion"]);

        await Runtime().DeleteAsync(List(Chain), Pod, TestContext.Current.CancellationToken);

        Assert.Equal(["first ADD", "second ADD", "second DEL", "first DEL"], _calls);
        Assert.Equal(2, _configs["first DEL"]["prevResult"]!["interfaces"]!.AsArray().Count);
        Assert.Empty(Runtime().Cache.All());
    }

    [Fact]
    public async Task A_plugin_gets_the_settings_that_it_is_capable_of_and_no_others()
    {
        await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);

        Assert.False(_configs["first ADD"].ContainsKey("runtimeConfig"));
        Assert.Equal("""{"mac":"02:00:00:00:00:01"}""", _configs["second ADD"]["runtimeConfig"]!.ToJsonString());
    }

    [Fact]
    public async Task A_chain_that_breaks_is_taken_back_and_says_who_broke_it()
    {
        _failing = "second ADD";

        var error = await Assert.ThrowsAsync<CniException>(() => Runtime().AddAsync(List(Chain), Pod));

        Assert.Equal("plugin \"second\" failed (add): second ADD broke", error.Message);
        Assert.Equal(["first ADD", "second ADD", "second DEL", "first DEL"], _calls);
        Assert.Equal("first", (string?)_configs["first DEL"]["prevResult"]!["interfaces"]![0]!["name"]);
        Assert.Empty(Runtime().Cache.All());
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_is_named_and_those_before_it_are_taken_back()
    {
        var list = List(Chain.Replace("\"second\"", "\"unknown\"", StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<CniException>(() => Runtime().AddAsync(list, Pod));

        Assert.Equal("failed to find plugin \"unknown\" in path [/opt/cni/bin]", error.Message);
        Assert.Equal(["first ADD", "first DEL"], _calls);
    }

    [Fact]
    public async Task Adding_twice_is_refused_before_any_plugin_is_called()
    {
        await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<CniException>(() => Runtime().AddAsync(List(Chain), Pod));

        Assert.Contains("already attached to network \"net\" as eth0", error.Message);
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public async Task Deleting_goes_on_after_an_error_and_can_be_tried_again()
    {
        await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);
        _failing = "second DEL";

        await Assert.ThrowsAsync<CniException>(() => Runtime().DeleteAsync(List(Chain), Pod));

        Assert.Equal("first DEL", _calls[^1]);
        Assert.Single(Runtime().Cache.All());
        _failing = null;
        await Runtime().DeleteAsync(List(Chain), Pod, TestContext.Current.CancellationToken);
        Assert.Empty(Runtime().Cache.All());
    }

    [Fact]
    public async Task Deleting_uses_the_configuration_that_adding_used()
    {
        await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);
        var edited = List("""{ "cniVersion": "1.1.0", "name": "net", "plugins": [{ "type": "third" }] }""");

        await Runtime().DeleteAsync(edited, Pod, TestContext.Current.CancellationToken);

        Assert.Equal(["second DEL", "first DEL"], _calls[2..]);
    }

    [Fact]
    public async Task A_container_leaves_every_network_that_the_cache_knows_it_on()
    {
        await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);
        await Runtime().AddAsync(List(Chain.Replace("\"net\"", "\"other\"", StringComparison.Ordinal)), Pod with { InterfaceName = "eth1" }, TestContext.Current.CancellationToken);

        await Runtime().DeleteAllAsync("c1", TestContext.Current.CancellationToken);

        Assert.Empty(Runtime().Cache.All());
        Assert.Equal(4, _calls.Count(call => call.EndsWith("DEL", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Check_hands_the_cached_result_to_every_plugin()
    {
        await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);

        await Runtime().CheckAsync(List(Chain), Pod, TestContext.Current.CancellationToken);

        Assert.Equal(["first CHECK", "second CHECK"], _calls[2..]);
        Assert.Equal(2, _configs["first CHECK"]["prevResult"]!["interfaces"]!.AsArray().Count);
    }

    [Fact]
    public async Task Check_of_what_was_never_added_is_an_error()
    {
        var error = await Assert.ThrowsAsync<CniException>(() => Runtime().CheckAsync(List(Chain), Pod));

        Assert.Equal(CniErrorCode.UnknownContainer, error.Code);
    }

    [Fact]
    public async Task Garbage_is_deleted_and_the_plugins_are_told_what_is_valid()
    {
        await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);
        await Runtime().AddAsync(List(Chain), Pod with { ContainerId = "c2" }, TestContext.Current.CancellationToken);

        await Runtime().CollectGarbageAsync(List(Chain), [new Attachment("c2", "eth0")], TestContext.Current.CancellationToken);

        Assert.Equal("c2", Assert.Single(Runtime().Cache.All()).Container.ContainerId);
        Assert.Equal("""[{"containerID":"c2","ifname":"eth0"}]""", _configs["second GC"]["cni.dev/valid-attachments"]!.ToJsonString());
    }

    [Fact]
    public async Task The_cache_has_the_layout_that_other_tools_know()
    {
        await Runtime().AddAsync(List(Chain), Pod, TestContext.Current.CancellationToken);

        var file = JsonNode.Parse(await File.ReadAllTextAsync(Path.Join(_directory, "results", "net-c1-eth0"), TestContext.Current.CancellationToken))!;

        Assert.Equal("cniCacheV1", (string?)file["kind"]);
        Assert.Equal("c1", (string?)file["containerId"]);
        Assert.Equal("eth0", (string?)file["ifName"]);
        Assert.Equal("net", (string?)file["networkName"]);
        Assert.Equal("/run/netns/a", (string?)file["netns"]);
        Assert.Equal("K8S_POD_NAME", (string?)file["cniArgs"]![1]![0]);
        Assert.Equal("net", (string?)JsonNode.Parse(Convert.FromBase64String((string)file["config"]!))!["name"]);
        Assert.Equal("1.1.0", (string?)file["result"]!["cniVersion"]);
    }

    [Fact]
    public async Task A_plugin_that_hangs_is_ended_and_the_error_says_so()
    {
        var runtime = new CniRuntime(Options() with { Timeout = TimeSpan.FromMilliseconds(20), Invoker = new Hanging() });

        var error = await Assert.ThrowsAsync<CniException>(() => runtime.AddAsync(List(Chain), Pod));

        Assert.Equal(CniErrorCode.TryAgainLater, error.Code);
        Assert.Contains("plugin \"first\" (ADD) did not end within 0.02 s", error.Message);
    }

    [Fact]
    public async Task A_process_that_fails_without_json_is_quoted()
    {
        var path = Path.Join(_directory, "first");
        await File.WriteAllTextAsync(path, "#!/bin/sh\necho out of luck >&2\nexit 3\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        var runtime = new CniRuntime(Options() with { Invoker = new ProcessInvoker(), PluginDirectories = [_directory] });

        var error = await Assert.ThrowsAsync<CniException>(() => runtime.AddAsync(List(Chain), Pod));

        Assert.Equal("plugin \"first\" failed (add): exit code 3: out of luck", error.Message);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "the document is not a JSON object")]
    [InlineData("""{ "name": "n", "plugins": [] }""", "network \"n\" has no plugins in its list")]
    [InlineData("""{ "name": "n" }""", "plugins[0]: missing 'type'")]
    [InlineData("""{ "plugins": [{ "type": "ptp" }] }""", "missing network name")]
    [InlineData("""{ "name": "n", "cniVersion": "3.0.0", "type": "ptp" }""", "unsupported cniVersion \"3.0.0\": set one of 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0")]
    [InlineData("""{ "name": "n", "type": "../ptp" }""", "type \"../ptp\" must be the name of a plugin, not a path")]
    [InlineData("""{ "name": "n", "plugins": [{ "type": "ptp" }], "disableCheck": "perhaps" }""", "field \"disableCheck\" must be true or false, not \"perhaps\"")]
    public void A_wrong_configuration_is_named_with_its_file(string json, string words)
    {
        var error = Assert.Throws<CniException>(() => NetworkConfigList.Parse(Encoding.UTF8.GetBytes(json), "/etc/cni/net.d/10-a.conf"));

        Assert.StartsWith("/etc/cni/net.d/10-a.conf: ", error.Message);
        Assert.Contains(words, error.Message);
    }

    [Fact]
    public void Of_several_versions_the_newest_common_one_is_spoken()
    {
        var list = List("""{ "name": "n", "cniVersions": ["0.3.1", "1.0.0", "9.0.0"], "plugins": [{ "type": "ptp" }] }""");

        Assert.Equal(CniVersion.V100, list.Version);
    }

    [Fact]
    public void A_folder_is_read_in_order_and_its_wrong_files_do_not_hide_the_right_ones()
    {
        Write("20-b.conflist", Chain.Replace("\"net\"", "\"b\"", StringComparison.Ordinal));
        Write("10-a.conf", """{ "name": "a", "type": "ptp" }""");
        Write("05-broken.conf", "{");
        Write("00-other.txt", "{}");

        var read = ConfigDirectory.Read(_directory);

        Assert.Equal(["a", "b"], read.Networks.Select(each => each.Name));
        Assert.Equal($"CNI configuration {_directory}/05-broken.conf", Assert.Single(read.Problems).Object);
        Assert.Null(ConfigDirectory.Read("/nonexistent").Default);

        void Write(string name, string text) => File.WriteAllText(Path.Join(_directory, name), text);
    }

    [Fact]
    public async Task Plugins_that_do_not_speak_the_version_are_found_before_they_are_needed()
    {
        await Runtime().ValidateAsync(List(Chain), TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<CniException>(() => Runtime().ValidateAsync(List(Chain.Replace("\"second\"", "\"unknown\"", StringComparison.Ordinal))));

        Assert.Equal("test: failed to find plugin \"unknown\" in path [/opt/cni/bin]", error.Message);
    }

    private static NetworkConfigList List(string json) => NetworkConfigList.Parse(Encoding.UTF8.GetBytes(json), "test");

    private CniRuntimeOptions Options() => new()
    {
        CacheDirectory = _directory,
        Invoker = new InProcessInvoker(type => type == "unknown" ? null : new Recorder(this, type)),
    };

    private CniRuntime Runtime() => new(Options());

    private sealed class Hanging : IPluginInvoker
    {
        public bool Exists(string path) => true;

        public async Task<PluginOutput> InvokeAsync(
            string path, IReadOnlyDictionary<string, string> environment, ReadOnlyMemory<byte> input, CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException();
        }
    }

    private sealed class Recorder(RuntimeTests test, string type) : ICniPlugin
    {
        public CniResult Add(PluginRequest request)
        {
            Record(request);
            var before = request.Previous ?? new CniResult();
            return before with { Interfaces = [.. before.Interfaces.AsSpan(), new CniInterface(type)] };
        }

        public void Check(PluginRequest request) => Record(request);

        public void Delete(PluginRequest request) => Record(request);

        public void CollectGarbage(PluginRequest request) => Record(request);

        public void Status(PluginRequest request) => Record(request);

        private void Record(PluginRequest request)
        {
            var call = $"{type} {request.Command.ToString().ToUpperInvariant()}";
            test._calls.Add(call);
            test._configs[call] = JsonNode.Parse(request.ConfigBytes.Span)!.AsObject();
            if (call == test._failing)
                throw CniException.Internal($"{call} broke");
        }
    }
}
