using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>Writes a node's Services as virtual servers of IPVS, and as rules for what IPVS does not know.</summary>
public static class IpvsCompiler
{
    /// <summary>Compiles a table.</summary>
    public static IpvsPlan Compile(ServiceTable table, IpvsNode node) => IpvsProgram.For(table, node).Plan();
}
