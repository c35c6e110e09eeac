using Weft.KernelTests.Cni;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>The table in docs/services.md says what the matrix tries, no more and no less.</summary>
public sealed class MatrixDocumentTests
{
    private const string Head = "| feature | nftables | iptables | ipvs |";
    private static readonly string[] Targets = ["nftables", "iptables", "ipvs"];

    [Fact]
    public void The_documents_table_is_that_of_the_tests()
    {
        var lines = File.ReadAllLines(Path.Join(Repository.Root, "docs", "services.md"));
        var start = Array.IndexOf(lines, Head);
        Assert.True(start >= 0, $"docs/services.md has no table '{Head}'");
        var table = lines.Skip(start + 2).TakeWhile(line => line.StartsWith('|'));
        Assert.Equal(Rows().Order(StringComparer.Ordinal), table.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Exceptions_are_those_of_targets_that_there_are()
    {
        Assert.NotEmpty(ServiceMatrix.Rows);
        Assert.All(ServiceMatrix.Rows.SelectMany(row => row.Exceptions), except => Assert.Contains(except.Target, Targets));
    }

    private static IEnumerable<string> Rows() => ServiceMatrix.Rows.Select(row =>
        $"| {row.Feature.Name} | {string.Join(" | ", Targets.Select(target => row.Exceptions.FirstOrDefault(except => except.Target == target)?.What ?? "yes"))} |");
}
