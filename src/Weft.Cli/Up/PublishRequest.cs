using System.Net;
using Weft.Lab.Publishing;

namespace Weft.Cli.Up;

/// <summary>One <c>--publish [ADDR:]PORT:TARGET</c>.</summary>
/// <param name="Listen">Where the host listens; 127.0.0.1 unless named.</param>
/// <param name="Target">Where it leads, as written.</param>
internal sealed record PublishRequest(IPEndPoint Listen, string Target)
{
    /// <exception cref="UsageException">It has another form.</exception>
    public static PublishRequest Parse(string text)
    {
        var parts = text.Split(':', 3);
        var address = IPAddress.Loopback;
        var rest = text;
        if (parts.Length >= 3 && IPAddress.TryParse(parts[0], out var named))
        {
            address = named;
            rest = text[(parts[0].Length + 1)..];
        }

        var colon = rest.IndexOf(':');
        if (colon <= 0 || !ushort.TryParse(rest.AsSpan(0, colon), out var port))
            throw new UsageException($"--publish {text} is not [ADDR:]PORT:TARGET, such as 8080:pod/web-1:80");
        try
        {
            PublishedTarget.Parse(rest[(colon + 1)..]);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--publish {text}: {e.Message}");
        }

        return new PublishRequest(new IPEndPoint(address, port), rest[(colon + 1)..]);
    }
}
