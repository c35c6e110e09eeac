using Weft.Cni.Installing;
using Weft.Cni.Plugins;

namespace Weft.Tests.Cni;

public sealed class PluginFolderTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("weft-plugins-");
    private readonly PluginFolder _folder;
    private readonly string _bin;
    private readonly string _source;

    public PluginFolderTests()
    {
        _bin = Path.Combine(_root.FullName, "opt", "cni", "bin");
        _source = Path.Combine(_root.FullName, "built");
        File.WriteAllText(_source, "version 1");
        _folder = new PluginFolder(_bin);
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Every_plugin_is_installed_and_can_be_executed()
    {
        Assert.All(_folder.Install(_source, force: false), change => Assert.Equal(PluginOutcome.Installed, change.Outcome));
        foreach (var name in PluginCatalog.Types)
        {
            Assert.Equal("version 1", Read(name));
            Assert.True(File.GetUnixFileMode(Path.Combine(_bin, "weft-cni")).HasFlag(UnixFileMode.OtherExecute | UnixFileMode.UserExecute));
        }

        Assert.Equal(PluginCatalog.Types.Append("weft-cni").Order(), Names());
    }

    [Fact]
    public void An_update_replaces_the_file_so_that_who_has_it_open_keeps_the_old_one()
    {
        _folder.Install(_source, force: false);
        using var running = File.OpenRead(Path.Combine(_bin, "bridge"));
        File.WriteAllText(_source, "version 2");
        Assert.All(_folder.Install(_source, force: false), change => Assert.Equal(PluginOutcome.Updated, change.Outcome));
        Assert.Equal("version 2", Read("bridge"));
        Assert.Equal("version 1", new StreamReader(running).ReadToEnd());
    }

    [Fact]
    public void Plugins_of_somebody_else_stay()
    {
        Foreign("bridge");
        Foreign("dhcp");
        var changes = _folder.Install(_source, force: false);
        Assert.Contains(new PluginChange("bridge", PluginOutcome.LeftAlone), changes);
        Assert.Equal("foreign bridge", Read("bridge"));
        Assert.Contains(new PluginChange("bridge", PluginOutcome.LeftAlone), _folder.Uninstall());
        Assert.Equal(["bridge", "dhcp"], Names());
    }

    [Fact]
    public void Plugins_that_were_replaced_by_force_come_back()
    {
        Foreign("bridge");
        Assert.Contains(new PluginChange("bridge", PluginOutcome.Replaced), _folder.Install(_source, force: true));
        Assert.Equal("version 1", Read("bridge"));
        Assert.Contains(new PluginChange("bridge", PluginOutcome.Updated), _folder.Install(_source, force: true));
        Assert.Contains(new PluginChange("bridge", PluginOutcome.Restored), _folder.Uninstall());
        Assert.Equal("foreign bridge", Read("bridge"));
        Assert.Equal(["bridge"], Names());
    }

    [Fact]
    public void Copies_of_our_file_are_ours()
    {
        _folder.Install(_source, force: false);
        File.Delete(Path.Combine(_bin, "ptp"));
        File.Copy(Path.Combine(_bin, "weft-cni"), Path.Combine(_bin, "ptp"));
        Assert.All(_folder.Install(_source, force: false), change => Assert.Equal(PluginOutcome.Updated, change.Outcome));
        _folder.Uninstall();
        Assert.Empty(Names());
    }

    [Fact]
    public void Uninstalling_where_nothing_is_changes_nothing()
    {
        Directory.CreateDirectory(_bin);
        Assert.Empty(_folder.Uninstall());
        Assert.Empty(Names());
    }

    [Fact]
    public void What_an_interrupted_install_left_is_no_obstacle()
    {
        Directory.CreateDirectory(_bin);
        File.WriteAllText(Path.Combine(_bin, ".weft-cni.new"), "half");
        File.CreateSymbolicLink(Path.Combine(_bin, ".bridge.new"), "weft-cni");
        _folder.Install(_source, force: false);
        Assert.Equal("version 1", Read("bridge"));
        Assert.DoesNotContain(Names(), name => name.StartsWith('.'));
    }

    private void Foreign(string name)
    {
        Directory.CreateDirectory(_bin);
        File.WriteAllText(Path.Combine(_bin, name), $"foreign {name}");
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(_bin, name));

    private IEnumerable<string> Names() => new DirectoryInfo(_bin).EnumerateFileSystemInfos().Select(file => file.Name).Order(StringComparer.Ordinal);
}
