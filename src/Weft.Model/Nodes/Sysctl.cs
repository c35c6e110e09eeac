namespace Weft.Model.Nodes;

/// <summary>A kernel setting of this network namespace.</summary>
/// <param name="Path">Below /proc/sys, with slashes: interface names may hold dots.</param>
/// <param name="Value">As the file shows it, without the line end.</param>
public sealed record Sysctl(string Path, string Value);
