using System.Text;
using System.Text.Json.Nodes;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;

namespace Weft.Tests.Cni;

/// <summary>Calls a plugin as a runtime would, within the test process.</summary>
internal sealed record PluginCall(string Type, string Command, string Config)
{
    public string ContainerId { get; init; } = "c1";

    public string InterfaceName { get; init; } = "eth0";

    public string Netns { get; init; } = "/run/netns/none";

    public string Arguments { get; init; } = "";

    public ICniPlugin? Plugin { get; init; }

    public (int ExitCode, string Output) Run()
    {
        var environment = new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = Command,
            ["CNI_CONTAINERID"] = ContainerId,
            ["CNI_IFNAME"] = InterfaceName,
            ["CNI_NETNS"] = Netns,
            ["CNI_ARGS"] = Arguments,
            ["CNI_PATH"] = "/opt/cni/bin",
        };
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Config));
        using var output = new MemoryStream();
        var code = PluginHost.Run(Type, Plugin ?? PluginCatalog.Create(Type)!, environment.GetValueOrDefault, input, output, _ => { });
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }

    public CniResult Result()
    {
        var (code, output) = Run();
        Assert.True(code == 0, output);
        return CniResultJson.Read(Encoding.UTF8.GetBytes(output), CniVersion.V010);
    }

    public (int Code, string Message) Error()
    {
        var (code, output) = Run();
        Assert.Equal(1, code);
        var error = JsonNode.Parse(output)!;
        return ((int)error["code"]!, $"{error["msg"]} {error["details"]}".Trim());
    }
}
