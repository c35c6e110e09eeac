using Weft.Tests.Golden;

namespace Weft.Tests.Targets;

/// <summary>What targets make of <see cref="SampleTables"/>: a folder for each target, a file for each table.</summary>
internal static class TargetGolden
{
    internal static readonly GoldenFolder Folder = GoldenFolder.Here();
}
