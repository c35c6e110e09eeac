using System.Text;
using Microsoft.Win32.SafeHandles;
using Weft.Cni.Plugins;
using Weft.Netlink.Libc;

// The name that the binary was called by says which plugin it is; "weft-cni TYPE" does the same.
var words = Environment.GetCommandLineArgs();
var type = Path.GetFileName(words[0]);
if (PluginCatalog.Create(type) is null && words.Length > 1)
    type = words[1];
if (PluginCatalog.Create(type) is not { } plugin)
{
    Complain($"weft-cni is the CNI plugins {string.Join(", ", PluginCatalog.Types)} in one binary: call it by one of these names.");
    return 2;
}

// The plain descriptors: System.Console would start a thread for signals and look at the terminal.
using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
using var answer = new MemoryStream();
var code = PluginHost.Run(type, plugin, Environment.GetEnvironmentVariable, input, answer, Complain);
Descriptors.WriteAll(1, answer.GetBuffer().AsSpan(0, (int)answer.Length));
return code;

static void Complain(string line) => Descriptors.WriteAll(2, Encoding.UTF8.GetBytes(line + "\n"));
