using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.Runtime;

/// <summary>The network configurations of a folder such as /etc/cni/net.d.</summary>
/// <param name="Networks">The valid ones, in lexical order of their files; a runtime's default network is the first.</param>
/// <param name="Problems">What is wrong with the other files.</param>
public sealed record ConfigDirectory(IReadOnlyList<NetworkConfigList> Networks, IReadOnlyList<Problem> Problems)
{
    private static readonly string[] Extensions = [".conf", ".conflist", ".json"];

    /// <summary>The first network, or null when there is none yet.</summary>
    public NetworkConfigList? Default => Networks.Count > 0 ? Networks[0] : null;

    /// <summary>Reads the folder; one that does not exist is an empty one.</summary>
    public static ConfigDirectory Read(string path)
    {
        var networks = new List<NetworkConfigList>();
        var problems = new List<Problem>();
        foreach (var file in Files(path))
        {
            try
            {
                networks.Add(NetworkConfigList.Load(file));
            }
            catch (CniException error)
            {
                problems.Add(new Problem($"CNI configuration {file}", error.Code.ToString(), error.Message));
            }
        }

        return new ConfigDirectory(networks, problems);
    }

    private static IEnumerable<string> Files(string path) => !Directory.Exists(path)
        ? []
        : Directory.EnumerateFiles(path).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal);
}
