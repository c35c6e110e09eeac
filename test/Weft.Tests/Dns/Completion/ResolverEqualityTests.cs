using FsCheck;
using FsCheck.Fluent;
using Weft.Dns.Completion;
using Weft.Dns.Serving;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Completion;

/// <summary>Whatever the cluster has and others answer: a resolver comes to the same result, whether the server goes through its search list or not.</summary>
/// <remarks>But for names that no server can tell apart, as docs/dns.md says.</remarks>
public sealed class ResolverEqualityTests
{
    private static readonly string[][] Lists =
    [
        ["a.svc.cluster.local", "svc.cluster.local", "cluster.local"],
        ["a.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example"],
        ["a.svc.cluster.local", "corp.example", "svc.cluster.local", "."],
        ["a.svc.cluster.local", "b.svc.cluster.local"],
        ["a.svc.cluster.local"],
    ];

    // Full names of Services too, which the resolver tries with every end before it asks for them as they are.
    private static readonly Gen<DnsName> ShortNames =
        from count in Gen.Frequency((1, Gen.Constant(1)), (4, Gen.Constant(2)), (2, Gen.Choose(3, 4)))
        from labels in Gen.ArrayOf(Gen.Elements("web", "db", "a", "b", "svc", "empty", "x-1", "db-0", "www", "cluster", "local"), count)
        from full in Gen.Frequency((4, Gen.Constant("")), (1, Gen.Elements(".a.svc.cluster.local", ".b.svc.cluster.local", ".svc.cluster.local", ".cluster.local")))
        select DnsName.Parse(string.Join('.', full == ".a.svc.cluster.local" ? labels[..1] : labels) + full);

    private static readonly Gen<Case> Cases =
        from table in RandomNames.Tables
        from list in Gen.Elements(Lists)
        from ndots in Gen.Choose(1, 6)
        from name in ShortNames
        from types in Gen.Elements<DnsType[]>([DnsType.A], [DnsType.AAAA], [DnsType.A, DnsType.AAAA])
        from seed in Gen.Choose(0, int.MaxValue)
        let one = new Case(table, new SearchList([.. list.Select(DnsName.Parse)], ndots), name, types, seed)
        where !one.IsAmbiguous
        select one;

    [Fact]
    public void Resolvers_come_to_the_same_result_with_fewer_queries() =>
        Prop.ForAll(Cases.ToArbitrary(), HoldsFor).QuickCheckThrowOnFailure();

    private static void HoldsFor(Case one)
    {
        foreach (var isMusl in new[] { false, true })
        {
            var (plain, plainQueries) = LookUp(one, CompletionRig.Stranger, isMusl);
            var (completed, queries) = LookUp(one, CompletionRig.Known, isMusl);
            Assert.Equal(plain, completed);
            Assert.InRange(queries, 1, plainQueries);
        }
    }

    private static (Lookup Result, int Queries) LookUp(Case one, DnsClient client, bool isMusl)
    {
        var rig = new CompletionRig(one.Table, new ScriptedWorld(name => World(one.Seed, name)), one.List);
        var resolver = new ResolverModels((name, type) => rig.Ask(client, name, type), [.. one.List.Ends], one.List.Ndots);
        return (isMusl ? resolver.Musl(one.Name, one.Types) : resolver.Glibc(one.Name, one.Types), resolver.Queries);
    }

    /// <summary>What others say of a name: by chance, but always the same. Who fails for all types may not even know the name; who fails for one knows it.</summary>
    private static WorldName World(int seed, string name) => ((uint)NameBytes.Hash(DnsName.Parse(name).Wire, (ulong)seed) % 12) switch
    {
        < 4 => new(false),
        4 => new(true, HasV4: true),
        5 => new(true, HasV6: true),
        6 => new(true, HasV4: true, HasV6: true),
        7 => new(true),
        8 => new(true, HasV4: true) { Alias = "other.example.org" },
        9 => new(true, HasV4: true, HasV6: true) { Fails = [DnsType.A] },
        10 => new(true, HasV4: true) { Fails = [DnsType.AAAA] },
        _ => new(false) { Fails = [DnsType.A, DnsType.AAAA] },
    };

    private sealed record Case(DnsTable Table, SearchList List, DnsName Name, DnsType[] Types, int Seed)
    {
        /// <summary>Whether a later name of the series looks like the first of another one: the name is, or with its end gets, that of an endpoint of a Service in the pod's namespace.</summary>
        public bool IsAmbiguous => List.Ends.Skip(1).Append(DnsName.Root).Any(end => List.Begins(end.Prepend(Name).Wire));

        public override string ToString() => $"{Name} {string.Join(' ', Types)} ndots:{List.Ndots} search {string.Join(' ', List.Ends)} seed {Seed} {Table}";
    }
}
