using Microsoft.Data.Sqlite;
using Weft.ApiServer;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class DurabilityTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weft-db-");

    private string Database => Path.Combine(_folder.FullName, "weft.db");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The files as a killed process leaves them: copied from under a server that never closed them.</summary>
    [Fact]
    public async Task What_was_answered_survives_kill_9()
    {
        await using var api = await TestApi.StartAsync(Here);
        for (var i = 0; i < 50; i++)
            await api.CreateAsync(ConfigMaps, ConfigMap($"a{i}"));
        await api.DeleteAsync(ConfigMaps + "/a7");
        var revision = ulong.Parse((await api.GetAsync(ConfigMaps)).Revision);
        var copy = Directory.CreateDirectory(Path.Combine(_folder.FullName, "copy")).FullName;
        foreach (var file in _folder.GetFiles("weft.db*"))
            file.CopyTo(Path.Combine(copy, file.Name));
        await using var after = await TestApi.StartAsync(o => o with { DatabasePath = Path.Combine(copy, "weft.db") });
        var list = await after.GetAsync(ConfigMaps);
        Assert.Equal(49, list.Body["items"]!.AsArray().Count);
        Assert.True(ulong.Parse(list.Revision) >= revision, "revisions never go back");
        Assert.Equal((await api.GetAsync(ConfigMaps + "/a3")).Text, (await after.GetAsync(ConfigMaps + "/a3")).Text);
    }

    [Fact]
    public async Task Addresses_and_ports_stay_taken_over_a_restart()
    {
        string address;
        await using (var first = await TestApi.StartAsync(Here))
            address = (string)(await first.CreateAsync(Services, Service("a", """{"type":"NodePort","ports":[{"port":80,"nodePort":30007}]}""")))["spec"]!["clusterIP"]!;
        await using var second = await TestApi.StartAsync(Here);
        var both = await second.PostAsync(Services, Service("b", $$"""{"clusterIP":"{{address}}","ports":[{"port":80}]}"""));
        Assert.Contains("provided IP is already allocated", both.Message, StringComparison.Ordinal);
        var port = await second.PostAsync(Services, Service("b", """{"type":"NodePort","ports":[{"port":80,"nodePort":30007}]}"""));
        Assert.Contains("provided port is already allocated", port.Message, StringComparison.Ordinal);
        Assert.NotEqual(address, (string?)(await second.CreateAsync(Services, Service("c")))["spec"]!["clusterIP"]);
    }

    [Fact]
    public async Task A_watch_from_before_a_restart_expires_so_that_its_client_lists_again()
    {
        string revision;
        await using (var first = await TestApi.StartAsync(Here))
        {
            revision = (await first.GetAsync(ConfigMaps)).Revision;
            await first.CreateAsync(ConfigMaps, ConfigMap("a"));
        }
        await using var second = await TestApi.StartAsync(Here);
        using var watch = await second.WatchAsync($"{ConfigMaps}?watch=1&resourceVersion={revision}");
        Assert.Equal("ERROR", (await watch.NextAsync())!.Value.Type);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named_and_left_alone()
    {
        var garbage = string.Concat(Enumerable.Repeat("this is not a database. ", 100));
        await File.WriteAllTextAsync(Database, garbage, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<ApiServerException>(() => TestApi.StartAsync(Here));
        Assert.Contains(Database, error.Message, StringComparison.Ordinal);
        Assert.Contains("remove it to start empty", error.Message, StringComparison.Ordinal);
        Assert.Equal(garbage, await File.ReadAllTextAsync(Database, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("PRAGMA user_version = 99", "has format 99")]
    [InlineData("PRAGMA application_id = 7", "database of another program")]
    public async Task A_database_of_another_version_or_program_is_refused(string change, string words)
    {
        await (await TestApi.StartAsync(Here)).DisposeAsync();
        Execute(change);
        var error = await Assert.ThrowsAsync<ApiServerException>(() => TestApi.StartAsync(Here));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_in_use_is_refused()
    {
        await using var first = await TestApi.StartAsync(Here);
        var error = await Assert.ThrowsAsync<ApiServerException>(() => TestApi.StartAsync(Here));
        Assert.Contains("Another process has it open", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_named()
    {
        var path = Path.Combine(_folder.FullName, "none", "weft.db");
        var error = await Assert.ThrowsAsync<ApiServerException>(() => TestApi.StartAsync(o => o with { DatabasePath = path }));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_private_since_it_holds_secrets()
    {
        await using var api = await TestApi.StartAsync(Here);
        Assert.All(_folder.GetFiles("weft.db*"), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, f.UnixFileMode));
    }

    private ApiServerOptions Here(ApiServerOptions options) => options with { DatabasePath = Database };

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
