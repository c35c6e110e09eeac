namespace Weft.Tests.Schemas;

/// <summary>Whole objects through decoding, defaults and validation, compared with what is on file.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => new(Directory.EnumerateDirectories(GoldenCase.Root).Select(Path.GetFileName).Order()!);

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_object_is_admitted_as_on_file(string folder)
    {
        var golden = new GoldenCase(folder);
        var (json, errors) = golden.Run();
        if (GoldenCase.Rewrite)
        {
            golden.Write("out.json", json);
            golden.Write("errors.txt", errors);
        }
        Assert.Equal(golden.Expected("out.json"), json);
        Assert.Equal(golden.Expected("errors.txt"), errors);
    }
}
