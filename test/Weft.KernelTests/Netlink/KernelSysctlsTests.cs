using Weft.Model.Nodes;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Netlink;

/// <summary>Settings of one namespace, by a thread inside it.</summary>
public sealed class KernelSysctlsTests : IDisposable
{
    private const string Forwarding = "net/ipv4/ip_forward";
    private readonly NetworkNamespace _where = NetworkNamespace.Create();

    public void Dispose() => _where.Dispose();

    [Fact]
    public void A_setting_is_changed_in_its_namespace_only()
    {
        using var other = NetworkNamespace.Create();
        var here = new KernelSysctls(_where);
        var before = new KernelSysctls(other).Read(Forwarding);
        var wanted = before == "1" ? "0" : "1";
        var report = Assert.Single(here.Apply([new Sysctl(Forwarding, wanted)]));
        Assert.Equal((SysctlOutcome.Changed, before, true), (report.Outcome, report.Found, report.Holds));
        Assert.Equal((wanted, before), (here.Read(Forwarding), new KernelSysctls(other).Read(Forwarding)));
    }

    [Fact]
    public void A_setting_that_holds_is_not_written()
    {
        var sysctls = new KernelSysctls(_where);
        var value = sysctls.Read(Forwarding)!;
        Assert.Equal(SysctlOutcome.Held, Assert.Single(sysctls.Apply([new Sysctl(Forwarding, value)])).Outcome);
    }

    [Fact]
    public void A_refusal_does_not_stop_the_settings_after_it()
    {
        var reports = new KernelSysctls(_where).Apply(
        [
            new Sysctl("net/ipv4/no_such_thing", "1"),
            new Sysctl(Forwarding, "no number"),
            new Sysctl("net/ipv4/conf/lo/forwarding", "1"),
        ]);
        Assert.Equal([SysctlOutcome.Missing, SysctlOutcome.Refused, SysctlOutcome.Changed], reports.Select(report => report.Outcome));
        Assert.Contains("EINVAL", reports[1].Message);
    }

    [Fact]
    public void Fields_are_compared_without_regard_to_their_spacing()
    {
        var report = Assert.Single(new KernelSysctls(_where).Apply([new Sysctl("net/ipv4/ip_local_port_range", "20000   30000")]));
        Assert.Equal(SysctlOutcome.Changed, report.Outcome);
        Assert.Equal("20000 30000", new KernelSysctls(_where).Read("net/ipv4/ip_local_port_range"));
    }

    [Fact]
    public void A_setting_that_may_not_be_written_is_reported()
    {
        // The kernel shows it with mode 0444, so that not even root may write it.
        var report = Assert.Single(new KernelSysctls(_where).Apply([new Sysctl("kernel/ostype", "Weft")]));
        Assert.Equal((SysctlOutcome.NotPermitted, "Linux", false), (report.Outcome, report.Found, report.Holds));
        Assert.Contains("Weft", report.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/proc/sys/net")]
    [InlineData("net/../kernel/x")]
    public void A_path_that_leads_elsewhere_is_the_callers_bug(string path) =>
        Assert.Throws<ArgumentException>(() => new KernelSysctls(_where).Read(path));
}
