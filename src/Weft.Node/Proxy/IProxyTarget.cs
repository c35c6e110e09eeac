using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy;

/// <summary>One way to make the kernel balance Services.</summary>
public interface IProxyTarget : IDisposable
{
    /// <summary>
    /// Brings the kernel to <paramref name="desired"/>, sending what differs from what was applied last; on the first call, after a failure and after
    /// <see cref="Doubt"/>, from what is read back. Never leaves a Service that did not change without its rules.
    /// </summary>
    ProxyOutcome Sync(ServiceTable desired);

    /// <summary>The next <see cref="Sync"/> reads back instead of trusting its memory.</summary>
    void Doubt();

    /// <summary>Removes whatever this target ever wrote, also by an earlier process. Nothing there is no error.</summary>
    void Remove();
}

/// <summary>How a <see cref="IProxyTarget.Sync"/> went.</summary>
/// <param name="Changes">How many elements, rules or entries were written or removed; 0 when the kernel had everything.</param>
/// <param name="Drift">Whether something that was applied before had been changed by others.</param>
/// <param name="Problems">What the kernel refused, by object; the rest is programmed. With any, the next turn reads back.</param>
public readonly record struct ProxyOutcome(int Changes, bool Drift, EquatableArray<Problem> Problems);
