using System.Collections.Immutable;
using Weft.Compilers.Clusters;
using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy;

/// <summary>The proxy's turn but for its timing: compile, have the target bring the kernel there, and change targets when the cluster wants another.</summary>
/// <remarks>
/// A new target is programmed before the state of the former one goes: in between both lead to the same endpoints, and whichever the kernel
/// asks first decides. When the new one cannot serve, the former one stays.
/// </remarks>
/// <param name="nodeName">The node.</param>
/// <param name="open">Makes a target; never asked for <see cref="ProxyMode.None"/>.</param>
public sealed class ProxyReconciler(string nodeName, Func<ProxyMode, IProxyTarget> open) : IDisposable
{
    private readonly ServiceCompiler _compiler = new();

    // What earlier processes may have left, too.
    private readonly SortedSet<ProxyMode> _leftovers = [.. Enum.GetValues<ProxyMode>().Where(mode => mode != ProxyMode.None)];
    private ConfigMap? _configuration;
    private ProxyMode _wanted = new ClusterSettings().Proxy;
    private volatile ProxyMode _mode = ProxyMode.None;
    private IProxyTarget? _target;

    /// <summary>Whether the turn must be repeated.</summary>
    public bool IsUnknown { get; private set; } = true;

    /// <summary>Which target serves now; may be asked from any thread.</summary>
    public ProxyMode Mode => _mode;

    /// <summary>The next turn reads back instead of trusting its memory.</summary>
    public void Doubt() => _target?.Doubt();

    /// <summary>One turn.</summary>
    public ProxyTurn Turn(ClusterSnapshot cluster)
    {
        var (table, problems) = _compiler.Compile(cluster, nodeName);
        ReadMode(cluster);
        if (_wanted == ProxyMode.None)
            table = ServiceTable.Empty;
        var (outcome, programmed) = Program(table);
        var leftovers = programmed ? RemoveLeftovers() : [];
        IsUnknown = !programmed || outcome.Problems.Count + leftovers.Count > 0;
        return new ProxyTurn(_mode, table, outcome.Changes, outcome.Drift, programmed, [.. problems, .. outcome.Problems, .. leftovers]);
    }

    /// <summary>Closes the target; what it programmed stays.</summary>
    public void Dispose() => _target?.Dispose();

    private void ReadMode(ClusterSnapshot cluster)
    {
        if (ReferenceEquals(_configuration, cluster.Configuration))
            return;
        _configuration = cluster.Configuration;
        _wanted = ClusterSettingsParser.Parse(_configuration?.Data).Settings.Proxy;
    }

    /// <summary>Programs the wanted target; while it cannot serve, the former one.</summary>
    private (ProxyOutcome Outcome, bool Programmed) Program(ServiceTable table)
    {
        if (_wanted == _mode)
            return Sync(_mode, _target, table);
        var next = _wanted == ProxyMode.None ? null : open(_wanted);
        var (outcome, programmed) = Sync(_wanted, next, table);
        if (programmed)
        {
            Become(_wanted, next);
            return (outcome, true);
        }

        next?.Dispose();
        if (_target is null)
            return (outcome, false);
        var former = Sync(_mode, _target, table).Outcome;
        return (former with { Problems = [.. former.Problems, .. outcome.Problems] }, false);
    }

    private void Become(ProxyMode mode, IProxyTarget? target)
    {
        _target?.Dispose();
        if (_mode != ProxyMode.None)
            _leftovers.Add(_mode);
        _leftovers.Remove(mode);
        (_mode, _target) = (mode, target);
    }

    private (ProxyOutcome Outcome, bool Programmed) Sync(ProxyMode mode, IProxyTarget? target, ServiceTable table)
    {
        if (target is null)
            return (default, true);
        try
        {
            var outcome = target.Sync(table);
            return (outcome, outcome.Problems.All(IsOfAnObject));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever is wrong with a target must not end the agent, nor keep the objects' problems from being told.
            target.Doubt();
            var problem = new Problem($"Node {nodeName}", "ServicesNotProgrammed", $"the proxy {Word(mode)} cannot program Services: {error.Message}");
            return (new ProxyOutcome(0, Drift: false, [problem]), false);
        }
    }

    private EquatableArray<Problem> RemoveLeftovers()
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        foreach (var mode in _leftovers.ToList())
        {
            try
            {
                using var former = open(mode);
                former.Remove();
                _leftovers.Remove(mode);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                problems.Add(new Problem($"Node {nodeName}", "ProxyNotRemoved", $"what the proxy {Word(mode)} programmed before could not be removed: {error.Message}"));
            }
        }

        return problems.DrainToImmutable();
    }

    private static bool IsOfAnObject(Problem problem) =>
        problem.Object.StartsWith("Service ", StringComparison.Ordinal) || problem.Object.StartsWith("EndpointSlice ", StringComparison.Ordinal);

    private static string Word(ProxyMode mode) => mode.ToString().ToLowerInvariant();
}
