using Weft.Compilers.Policies.Nftables;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;

namespace Weft.Tests.Policies;

/// <summary>A class with more verdicts than may be is closed, named, and in nobody's way.</summary>
public sealed class TooManyVerdictsTests
{
    private const int Most = 50;
    private const byte Tcp = 6;

    private readonly FakeNftables _kernel = new();
    private readonly NftPolicyProgram _program = NftPolicyProgram.Adopt(null, largestClass: Most);

    [Theory]
    [InlineData(Most - 10, true)]
    [InlineData(Most + 10, false)]
    public void Its_pods_are_denied_everything_and_its_policies_reported(int peers, bool fits)
    {
        var table = Table(peers);
        Program(table);

        Assert.Equal(fits, Passes("10.244.0.2", "10.9.0.1"));
        Assert.False(Passes("10.244.0.2", "192.0.2.1"));
        Assert.True(Passes("10.244.0.3", "10.9.0.1"));
        Assert.False(Passes("10.244.0.3", "192.0.2.1"));
        if (fits)
        {
            Assert.Empty(_program.Problems);
            return;
        }

        var problem = Assert.Single(_program.Problems);
        Assert.Equal(("NetworkPolicy default/large", "TooManyVerdicts"), (problem.Object, problem.Reason));
        Assert.Contains("more than 50 verdicts", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_grows_too_large_is_closed_and_opens_when_its_policy_is_another()
    {
        Program(Table(10));
        Assert.True(Passes("10.244.0.2", "10.9.0.1"));

        Program(Table(Most + 10));
        Assert.False(Passes("10.244.0.2", "10.9.0.1"));
        Assert.Single(_program.Problems);

        Program(Table(10, port: 81));
        Assert.Empty(_program.Problems);
        Assert.True(Passes("10.244.0.2", "10.9.0.1", port: 81));
    }

    private void Program(PolicyTable table)
    {
        _kernel.Apply(_program.Plan(table));
        _program.Commit();
    }

    /// <summary>By the rules that are in the kernel, not by the table.</summary>
    private bool Passes(string pod, string from, ushort port = 80) =>
        InterpretedPolicies.Passes(_kernel.ReadBack(NftPolicyProgram.Tables).Ruleset, new Connection(IpAddress.Parse(from), IpAddress.Parse(pod), Tcp, port));

    private static PolicyTable Table(int peers, ushort port = 80)
    {
        var identities = Enumerable.Range(1, peers).Select(number => new PeerIdentity([new PeerTerm($"peer {number:000}")])).ToList();
        return new PolicyTable
        {
            Pods =
            [
                new PolicedPod(IpAddress.Parse("10.244.0.2"), "default", "large") { Ingress = Class("large", identities, port) },
                new PolicedPod(IpAddress.Parse("10.244.0.3"), "default", "small") { Ingress = Class("small", identities.Take(1), 80) },
            ],
            Peers = [.. identities.Select((identity, index) => new Peer(IpPrefix.Host(IpAddress.Parse($"10.9.0.{index + 1}")), identity))],
        };
    }

    private static PolicyClass Class(string policy, IEnumerable<PeerIdentity> accepted, ushort port)
    {
        var name = new PolicyRuleName("NetworkPolicy", "default", policy, PolicyDirection.Ingress, 0);
        return new PolicyClass(PolicyDirection.Ingress)
        {
            Namespaced = [new PolicyRule(name, PolicyAction.Accept) { Peers = [.. accepted.SelectMany(identity => identity.Terms)], Ports = [new PolicyPort(Tcp, port, port)] }],
            IsolatedBy = [name with { Index = -1 }],
        };
    }
}
