using Weft.Cni.Plugins;

// The name that the binary was called by says which plugin it is; "weft-cni TYPE" does the same.
var arguments = Environment.GetCommandLineArgs();
var type = Path.GetFileName(arguments[0]);
if (PluginCatalog.Create(type) is null && arguments.Length > 1)
    type = arguments[1];
if (PluginCatalog.Create(type) is not { } plugin)
{
    Console.Error.WriteLine($"weft-cni is the CNI plugins {string.Join(", ", PluginCatalog.Types)} in one binary: call it by one of these names.");
    return 2;
}

using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
return PluginHost.Run(type, plugin, Environment.GetEnvironmentVariable, input, output, Console.Error);
