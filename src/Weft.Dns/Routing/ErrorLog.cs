using System.Globalization;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>Says why names could not be answered, as CoreDNS' plugin errors: a few lines a second, and how many more there were.</summary>
/// <param name="write">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class ErrorLog(Action<string> write, TimeProvider time)
{
    // Whoever asks for what fails must not fill the log of the node.
    private const int MostPerSecond = 10;

    private readonly Lock _gate = new();
    private long _second;
    private int _said, _unsaid;

    /// <summary>A name could not be answered.</summary>
    public void Failed(DnsName name, DnsType type, string? failure)
    {
        int unsaid;
        lock (_gate)
        {
            var second = time.GetUtcNow().ToUnixTimeSeconds();
            (unsaid, var isSame) = (_unsaid, second == _second);
            if (isSame && _said == MostPerSecond)
            {
                _unsaid++;
                return;
            }

            (_second, _said, unsaid) = (second, isSame ? _said + 1 : 1, isSame ? 0 : unsaid);
            _unsaid = isSame ? _unsaid : 0;
        }

        if (unsaid > 0)
            write(string.Create(CultureInfo.InvariantCulture, $"[ERROR] plugin/errors: {unsaid} more names could not be answered"));
        write($"[ERROR] plugin/errors: 2 {name} {type}: {failure}");
    }
}
