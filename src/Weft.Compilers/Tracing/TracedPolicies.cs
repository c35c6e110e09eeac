using Weft.Compilers.Policies.Verdicts;
using Weft.Model;

namespace Weft.Compilers.Tracing;

/// <summary>Verdicts of policies as steps of a packet's way.</summary>
internal static class TracedPolicies
{
    private const string Denied = " denied";

    /// <summary>The step of one end; none where no policy has a say.</summary>
    public static IEnumerable<TraceHop> Hops(PolicyStep? step)
    {
        if (step is null)
            yield break;
        var audit = step.DeniedUnderAudit is { } reason ? $", would be denied under audit: {reason}" : "";
        yield return new TraceHop(
            step.Node, step.Stage, step.NftRule, $"{PolicyStep.Word(step.Direction)} of {step.Pod}{(step.IsAccepted ? " accepted" : Denied)}{audit}", step.Reason);
    }

    /// <summary>The way without what lies behind the step that denies.</summary>
    public static EquatableArray<TraceHop> UntilDenied(TraceHop[] way)
    {
        var end = Array.FindIndex(way, hop => hop.Effect.EndsWith(Denied, StringComparison.Ordinal));
        return end < 0 ? [.. way] : way.Take(end + 1).ToEquatableArray();
    }
}
