using System.Globalization;
using Weft.Compilers.Services.Nftables;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Tests.ServiceProxy;

/// <summary>The layout has numbers for a great many kinds of Services, but not for all that can be thought of.</summary>
public sealed class NftLimitsTests
{
    // 80 numbers of endpoints × 18 affinities × 3 ways in are more kinds than the 4,095 there are numbers for.
    private static readonly ProxiedPort[] Ports =
        [.. Enumerable.Range(1, 80).SelectMany(endpoints => Enumerable.Range(0, 18).Select(affinity => Port(endpoints, affinity)))];

    [Fact]
    public void What_there_is_no_number_for_is_a_problem_of_its_service_and_all_others_are_served()
    {
        var program = NftServiceProgram.Adopt(null);
        Serve(program, Ports);
        var problems = program.LeftOut;
        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.Equal(("TooManyServices", "Service shop/"), (problem.Reason, problem.Object[..13])));
        Assert.Equal(Ports.Length - problems.Count, program.Committed.Ports.Count);
        Assert.Equal(3 * program.Committed.Ports.Count, program.Ruleset().Tables[0].FindSet("frontends")!.Elements.Count);
    }

    [Fact]
    public void What_was_left_out_is_served_once_there_is_room()
    {
        var program = NftServiceProgram.Adopt(null);
        Serve(program, Ports);
        Serve(program, Ports[^100..]);

        // Numbers that a plan gives back are free for the next one.
        Serve(program, Ports[^100..]);
        Assert.Empty(program.LeftOut);
        Assert.Equal(300, program.Ruleset().Tables[0].FindSet("frontends")!.Elements.Count);
        Serve(program, Ports);
        Serve(program, []);
        Assert.Empty(program.Ruleset().Tables);
    }

    private static void Serve(NftServiceProgram program, ProxiedPort[] ports)
    {
        program.Plan(new ServiceTable { Ports = ports.ToEquatableArray() });
        program.Commit();
    }

    private static ProxiedPort Port(int endpoints, int affinity)
    {
        var number = (endpoints * 32) + affinity;
        return new ProxiedPort
        {
            Name = new ServicePortName("shop", number.ToString("D6", CultureInfo.InvariantCulture), "", L4Protocol.Tcp),
            IsV6 = false,
            Frontends =
            [
                new Frontend(FrontendKind.ClusterIp, IpAddress.Parse("10.96.0.0").Add(number), 80),
                new Frontend(FrontendKind.ExternalIp, IpAddress.Parse("192.0.2.0").Add(number), 80),
                new Frontend(FrontendKind.LoadBalancerIp, IpAddress.Parse("203.0.0.0").Add(number), 80),
            ],
            ClusterBackends = Enumerable.Range(0, endpoints).Select(endpoint => new Backend(IpAddress.Parse("10.244.2.0").Add(endpoint), 8080, IsLocal: false)).ToEquatableArray(),
            LocalBackends = [],
            HasAnyBackend = true,
            AffinitySeconds = affinity == 0 ? 0 : 1 << (affinity - 1),
            RestrictsSources = true,
            SourceRanges = [IpPrefix.Parse("198.51.100.0/24")],
        };
    }
}
