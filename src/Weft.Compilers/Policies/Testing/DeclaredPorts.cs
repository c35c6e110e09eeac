using System.Globalization;
using Weft.Compilers.Services;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Ports that a destination says it has.</summary>
internal static class DeclaredPorts
{
    /// <summary>Those of a Service, or of a pod's containers and sidecars; none of anybody else.</summary>
    public static List<(string? Name, byte Protocol, ushort Number)> Of(Party party)
    {
        if (party.Service is { } service)
            return [.. service.Spec.Ports.Where(port => port.Port is >= 1 and <= ushort.MaxValue).Select(port => (port.Name, ProtocolOf(port.Protocol), (ushort)port.Port)).Where(port => port.Item2 > 0)];
        if (party.Pod is not { } pod)
            return [];
        return
        [
            .. pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(container => container.RestartPolicy == "Always"))
                .SelectMany(container => container.Ports).Where(port => port.Port is >= 1 and <= ushort.MaxValue)
                .Select(port => (port.Name, ProtocolOf(port.Protocol), (ushort)port.Port)).Where(port => port.Item2 > 0).Distinct(),
        ];
    }

    /// <summary><c>redis (TCP 6379), TCP 9121</c>.</summary>
    public static string Show(List<(string? Name, byte Protocol, ushort Number)> ports) => ports.Count == 0 ? "none" : string.Join(", ", ports.Select(port =>
    {
        var number = string.Create(CultureInfo.InvariantCulture, $"{ExpectedPort.Word(port.Protocol)} {port.Number}");
        return string.IsNullOrEmpty(port.Name) ? number : $"{port.Name} ({number})";
    }));

    private static byte ProtocolOf(string? word) => (byte)(ServiceReader.ProtocolOf(word) ?? default);
}
