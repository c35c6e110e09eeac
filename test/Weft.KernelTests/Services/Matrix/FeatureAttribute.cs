using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>A row of the matrix: one thing that Services promise. Its test runs for IPv4 and for IPv6.</summary>
/// <param name="name">What docs/services.md calls it.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FeatureAttribute(string name) : DataAttribute
{
    public string Name => name;

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<bool>(false), new TheoryDataRow<bool>(true)]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>What a target does instead of the feature.</summary>
/// <param name="target">The target, by its name in the configuration.</param>
/// <param name="what">What its cell says.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ExceptAttribute(string target, string what) : Attribute
{
    public string Target => target;

    public string What => what;
}
