using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>What a node's proxy is to serve, and what is wrong with the objects that say so.</summary>
/// <param name="Table">Ports that did not change keep their reference; so does the table when nothing changed.</param>
/// <param name="Problems">Sorted by object and message.</param>
public sealed record ServiceCompilation(ServiceTable Table, EquatableArray<Problem> Problems);
