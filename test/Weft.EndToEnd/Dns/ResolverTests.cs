using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Dns;

/// <summary>What programs in pods find: files as a kubelet writes them, and the resolvers of glibc, musl, busybox and bind.</summary>
[Collection(DnsCollection.Name)]
public sealed class ResolverTests(DnsLab dns)
{
    private const string Program = """
        #include <arpa/inet.h>
        #include <netdb.h>
        #include <stdio.h>
        int main(int count, char **words) {
            struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *found;
            int error = getaddrinfo(words[1], NULL, &wanted, &found);
            if (error) { fprintf(stderr, "%s\n", gai_strerror(error)); return 1; }
            for (; found; found = found->ai_next) {
                char text[64];
                getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
                puts(text);
            }
            return 0;
        }
        """;

    [Theory]
    [InlineData("client", "search default.svc.cluster.local svc.cluster.local cluster.local", "options ndots:5")]
    [InlineData("on-node", "search default.svc.cluster.local svc.cluster.local cluster.local", "options ndots:5")]
    [InlineData("own-settings", "search default.svc.cluster.local svc.cluster.local cluster.local", "shop.svc.cluster.local", "options ndots:2")]
    public async Task The_resolvers_file_is_as_a_kubelet_writes_it(string pod, string begin, params string[] more)
    {
        var text = await dns.InPodAsync(pod, "cat", "/etc/resolv.conf");
        Assert.StartsWith(begin, text);
        Assert.Equal("169.254.20.10", Assert.Single(text.Split('\n'), line => line.StartsWith("nameserver", StringComparison.Ordinal)).Split(' ')[1]);
        Assert.All(more, part => Assert.Contains(part, text));
    }

    [Fact]
    public async Task A_pod_with_a_subdomain_knows_its_full_name_and_others_find_it()
    {
        Assert.Equal("own.db.default.svc.cluster.local\n", await dns.InPodAsync("own-settings", "hostname", "-f"));
        Assert.Equal("own.db.default.svc.cluster.local\n", await dns.InPodAsync("own-settings", "uname", "-n"));
        var address = (await dns.Lab.PodAddressesAsync())["own-settings"];
        Assert.Contains($"{address}\town.db.default.svc.cluster.local\town\n", await dns.InPodAsync("own-settings", "cat", "/etc/hosts"));
        Assert.Equal("cart.shop.svc.cluster.local", (await dns.InPodAsync("own-settings", "getent", "hosts", "cart")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    [Theory]
    [InlineData("client", "web")]
    [InlineData("client", "web.default")]
    [InlineData("client", "web.default.svc")]
    [InlineData("client", "web.default.svc.cluster.local")]
    [InlineData("client", "web.default.svc.cluster.local.")]
    [InlineData("on-node", "web")]
    public async Task Glibc_finds_services_by_short_and_long_names(string pod, string name)
    {
        var found = await dns.InPodAsync(pod, "getent", "ahosts", name);
        foreach (var address in (await dns.FieldAsync("service", "web", ".spec.clusterIPs[*]")).Split(' '))
            Assert.Contains($"{address} ", found);
    }

    [Fact]
    public async Task Glibc_is_told_that_a_name_does_not_exist()
    {
        var outcome = await dns.Lab.WeftAsync("exec", "client", "--", "getent", "hosts", "nobody.default.svc.cluster.local.");
        Assert.Equal(2, outcome.ExitCode);
    }

    [Fact]
    public async Task Musl_finds_services_by_short_and_long_names()
    {
        Assert.SkipUnless(Shell.IsInstalled("musl-gcc"), "musl-gcc is not installed (musl-tools)");
        var (source, program) = (Path.Combine(dns.Lab.Home, "resolve.c"), Path.Combine(dns.Lab.Home, "resolve"));
        await File.WriteAllTextAsync(source, Program, TestContext.Current.CancellationToken);
        (await Shell.RunAsync(["musl-gcc", "-static", "-Os", "-s", "-o", program, source])).Succeeded();
        var encoded = Convert.ToBase64String(await File.ReadAllBytesAsync(program, TestContext.Current.CancellationToken));
        (await dns.Lab.FeedWeftAsync(encoded, "exec", "client", "--", "sh", "-c", "base64 -d > /tmp/resolve && chmod 755 /tmp/resolve")).Succeeded();
        var wanted = (await dns.FieldAsync("service", "web", ".spec.clusterIPs[*]")).Split(' ').Order(StringComparer.Ordinal);
        foreach (var name in new[] { "web", "web.default", "web.default.svc.cluster.local", "web.default.svc.cluster.local." })
        {
            var found = (await dns.InPodAsync("client", "/tmp/resolve", name)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(wanted, found.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("nslookup", "bind9-dnsutils", "nslookup web")]
    [InlineData("busybox", "busybox-static", "busybox nslookup web.default.svc.cluster.local.")]
    public async Task Nslookup_finds_a_service(string program, string package, string command)
    {
        Assert.SkipUnless(Shell.IsInstalled(program), $"{program} is not installed ({package})");
        var found = await dns.InPodAsync("client", command.Split(' '));
        foreach (var address in (await dns.FieldAsync("service", "web", ".spec.clusterIPs[*]")).Split(' '))
            Assert.Contains($"Address: {address}\n", found);
    }

    [Fact]
    public async Task Names_work_in_a_terminal_of_kubectl()
    {
        var found = (await dns.Lab.KubectlAsync("exec", "client", "--", "getent", "hosts", "cart.shop")).Succeeded().Output;
        Assert.Contains("cart.shop.svc.cluster.local", found);
    }
}
