using Weft.Lab.Native.Init;
using Weft.Lab.Native.Launching;
using Weft.Lab.Native.Nodes;

return args switch
{
    ["init", .. var rest] => InitCommand.Run(rest),
    ["node", .. var rest] => NodeCommand.Run(rest),
    ["container", .. var rest] => ContainerCommand.Run(rest),
    ["exec", .. var rest] => ExecCommand.Run(rest),
    ["keep-identity", .. var rest] => KeepIdentityCommand.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        weft-pod starts what a Weft lab consists of; `weft up` calls it.
        usage: weft-pod init [--] [CMD…]
               weft-pod node NAME PLUGINS [KEPT-FOLDER…]
               weft-pod container FILE | --line FD
               weft-pod exec [--tty PATH] [--directory PATH] PID [--] CMD…
               weft-pod keep-identity PROGRAM [ARGUMENT…]
        """);
    return 2;
}
