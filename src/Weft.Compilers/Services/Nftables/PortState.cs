using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>A port as the kernel has it, or is about to.</summary>
/// <param name="Port">The port.</param>
/// <param name="Id">Its id, even.</param>
/// <param name="Values">Class and id, for each of its frontends.</param>
/// <param name="All">Its endpoints.</param>
/// <param name="Local">Endpoints of this node; none where no frontend asks for them.</param>
internal sealed record PortState(ProxiedPort Port, uint Id, uint[] Values, Placement All, Placement Local)
{
    /// <summary>Whether a frontend is served by this node's endpoints only.</summary>
    public static bool UsesLocal(ProxiedPort port) => port.InternalLocal || port.ExternalLocal;
}
