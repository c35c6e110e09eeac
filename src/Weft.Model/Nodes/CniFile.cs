namespace Weft.Model.Nodes;

/// <summary>The CNI configuration list of the node.</summary>
/// <param name="Content">JSON text, exactly as the file holds it.</param>
public sealed record CniFile(string Content)
{
    /// <summary>Sorts before other networks' files: runtimes take the first one of the folder.</summary>
    public const string Name = "10-weft.conflist";
}
