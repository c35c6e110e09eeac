using System.Globalization;
using Weft.Compilers.Policies.Verdicts;
using Weft.Compilers.Tracing;
using Weft.Model;

namespace Weft.Compilers.Policies.Testing;

/// <summary>One connection that an expectation speaks of.</summary>
/// <param name="From">Who opens it.</param>
/// <param name="To">To whom; a Service's address before it is translated.</param>
/// <param name="Protocol">IANA protocol number; <see cref="ExpectedPort.Icmp"/> for ICMP of either family.</param>
/// <param name="Port">The port; null for ICMP.</param>
public sealed record PolicyCheck(TraceEnd From, TraceEnd To, byte Protocol, ushort? Port)
{
    /// <summary><c>pod default/web to pod default/db (10.244.0.2)</c>.</summary>
    public string Ends => $"{From.What} to {To.What}{(To.What == To.Address.ToString() ? "" : $" ({To.Address})")}";

    /// <summary><c>TCP 80</c>, <c>ICMP</c>.</summary>
    public string On => Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{ExpectedPort.Word(Protocol)} {port}") : ExpectedPort.Word(Protocol);

    /// <inheritdoc/>
    public override string ToString() => $"{Ends} on {On}";
}

/// <summary>What becomes of a connection as far as policies go.</summary>
public enum PolicyOutcome
{
    /// <summary>Both ends let it pass.</summary>
    Allowed,

    /// <summary>An end denies it.</summary>
    Denied,

    /// <summary>Chance decides: a Service has endpoints that may be reached, and others that may not.</summary>
    Partial,

    /// <summary>It ends before any policy is asked.</summary>
    Unreachable,
}

/// <summary>What becomes of a connection, and why.</summary>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Why">The rules that decided, for people.</param>
/// <param name="Crossings">What both ends say, for each endpoint that may be chosen.</param>
public sealed record PolicyAnswer(PolicyOutcome Outcome, string Why, EquatableArray<PolicyCrossing> Crossings)
{
    /// <summary>Every verdict that counts: those that deny where one does, else all of them.</summary>
    public IEnumerable<PolicyStep> Deciders => Crossings.SelectMany(crossing => crossing.Denier is { } denier ? [denier] : crossing.Steps).Distinct();
}
