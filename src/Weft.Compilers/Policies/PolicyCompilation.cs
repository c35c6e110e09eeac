using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>What a node is to enforce of policies, and what is wrong with the objects that say so.</summary>
/// <param name="Table">Pods, peers and classes that did not change keep their reference; so does the table when nothing changed.</param>
/// <param name="Problems">Of all policies of the cluster, whoever they select; sorted by object and message.</param>
public sealed record PolicyCompilation(PolicyTable Table, EquatableArray<Problem> Problems);
