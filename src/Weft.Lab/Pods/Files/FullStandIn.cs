using System.Text.Json;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.Pods.Files;

/// <summary>Lets the larger stand-in run in a container: <c>weft stand-in</c>, shown in a folder that no image and no volume uses.</summary>
internal static class FullStandIn
{
    private const string Place = "/.weft";
    private const string Orders = Place + "/stand-in.json";

    /// <summary>The specification of a small stand-in, changed into that of the larger one.</summary>
    /// <exception cref="ContainerConfigException">Where .NET lies is not known.</exception>
    public static ContainerSpec Of(ContainerSpec small, Installation installation)
    {
        if (!Path.IsPathRooted(installation.Dotnet))
            throw new ContainerConfigException("the annotation weft/stand-in asks for .NET, and where `dotnet` lies is not known");
        var orders = JsonSerializer.Serialize(small with { Files = [], Mounts = [], Environment = [] }, LauncherJson.Default.ContainerSpec);
        return small with
        {
            Files = [.. small.Files, new FileSpec(Orders, orders)],
            Mounts =
            [
                .. small.Mounts,
                new MountSpec(Path.GetDirectoryName(installation.WeftDll)!, Place + "/program", ReadOnly: true),
                new MountSpec(Path.GetDirectoryName(installation.Dotnet)!, Place + "/dotnet", ReadOnly: true),
            ],
            StandIn = [$"{Place}/dotnet/{Path.GetFileName(installation.Dotnet)}", $"{Place}/program/{Path.GetFileName(installation.WeftDll)}", "stand-in", Orders],
        };
    }
}
