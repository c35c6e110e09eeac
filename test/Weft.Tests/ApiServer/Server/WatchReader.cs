using System.Text.Json.Nodes;

namespace Weft.Tests.ApiServer.Server;

/// <summary>Reads a watch event by event.</summary>
internal sealed class WatchReader(HttpResponseMessage response, Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream);

    /// <summary>The next event; null at the end of the watch.</summary>
    public async Task<(string Type, JsonNode Object)?> NextAsync(int timeoutSeconds = 20)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(timeoutSeconds));
        var line = await _reader.ReadLineAsync(timeout.Token);
        if (line is null)
            return null;
        var node = JsonNode.Parse(line)!;
        return ((string)node["type"]!, node["object"]!);
    }

    /// <summary>The next event as <c>TYPE name</c>.</summary>
    public async Task<string> NextTextAsync()
    {
        var (type, obj) = (await NextAsync())!.Value;
        return $"{type} {(string?)obj["metadata"]?["name"]}".TrimEnd();
    }

    public void Dispose()
    {
        _reader.Dispose();
        response.Dispose();
    }
}
