using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>One running lab with <c>examples/hello</c> for the tests that only look or add objects of their own.</summary>
public sealed class HelloLab : IAsyncLifetime
{
    public TestLab Lab { get; } = new();

    public Outcome Up { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Up = (await Lab.WeftAsync("up", "examples/hello", "--publish", "127.0.0.1:0:deployment/web:80")).Succeeded();

    public ValueTask DisposeAsync() => Lab.DisposeAsync();
}

[CollectionDefinition(nameof(HelloLab))]
public sealed class HelloLabCollection : ICollectionFixture<HelloLab>;
