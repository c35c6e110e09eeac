using Weft.KernelTests.Nftables;
using Weft.KernelTests.Services.Matrix;
using Weft.Model.Services;
using Weft.Tests.Policies.TruthTables;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>Every case with real packets: TCP and UDP between all pods, to their addresses and through their Services, IPv4 and IPv6.</summary>
/// <param name="fixture">Its world.</param>
[Collection(NftablesCollection.Name)]
public sealed class TruthTableTests(TruthTableTests.Fixture fixture) : IClassFixture<TruthTableTests.Fixture>
{
    private static readonly TruthTarget[] WithoutSctp = [.. TruthTarget.All.Where(target => target.Protocol != L4Protocol.Sctp)];

    public static TheoryData<string> Names => [.. TruthCases.Standing.Select(item => item.Name)];

    public static TheoryData<string> SomeNames => [.. TruthCases.Sample(oneIn: 24)];

    [Theory, MemberData(nameof(Names))]
    public void Connections_pass_as_the_table_says(string name) => fixture.World.Check(TruthCases.Of(name), WithoutSctp);

    [Theory, MemberData(nameof(SomeNames))]
    public void Connections_to_names_of_Services_pass_as_the_table_says(string name) => fixture.World.Check(TruthCases.Of(name), WithoutSctp, [fixture.Names.Address]);

    [Fact]
    public void Changes_take_effect_one_after_the_other()
    {
        foreach (var item in TruthCases.Changes)
            fixture.World.Check(item, WithoutSctp);
    }

    [Theory, MemberData(nameof(SomeNames)), Trait("vm", "only")]
    public void Sctp_passes_as_the_table_says_and_so_do_the_others(string name)
    {
        Assert.SkipUnless(SctpSocket.IsSupported, "this kernel has no SCTP (CONFIG_IP_SCTP)");
        fixture.World.Check(TruthCases.Of(name), TruthTarget.All);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private TruthWorld? _world;

        internal TruthWorld World => _world!;

        internal TruthNames Names { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _world = await TruthWorld.CreateAsync();
            Names = await TruthNames.AskAsync(_world);
        }

        public ValueTask DisposeAsync()
        {
            _world?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
