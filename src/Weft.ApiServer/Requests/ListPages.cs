using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Requests;

/// <summary>Keeps the snapshots of lists that are read page by page, so that all pages show one moment.</summary>
internal sealed class ListPages(TimeProvider time)
{
    private const int Kept = 64;

    /// <summary>As long as kube-apiserver's default compaction leaves old revisions readable.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, (Snapshot Snapshot, long Since)> _snapshots = [];

    /// <summary>Remembers a snapshot and returns the token for the page after <paramref name="last"/>.</summary>
    public string Continue(Snapshot snapshot, StoredObject last)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            foreach (var old in _snapshots.Where(s => time.GetElapsedTime(s.Value.Since, now) > Lifetime).ToList())
                _snapshots.Remove(old.Key);
            if (_snapshots.Count >= Kept)
                _snapshots.Remove(_snapshots.MinBy(s => s.Value.Since).Key);
            _snapshots[snapshot.Revision] = (snapshot, now);
        }
        var token = new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = snapshot.Revision, ["start"] = $"{last.Namespace}/{last.Name}" };
        return Convert.ToBase64String(JsonText.Write(token)).Replace('+', '-').Replace('/', '_').TrimEnd('=');
    }

    /// <summary>The snapshot and the last key of the page before.</summary>
    /// <exception cref="StatusException">400 for a token that is not ours, 410 for one too old.</exception>
    public (Snapshot Snapshot, string Namespace, string Name) Resume(string token, Snapshot current)
    {
        var (revision, start) = Decode(token);
        var slash = start.IndexOf('/');
        return (Find(revision, current), start[..slash], start[(slash + 1)..]);
    }

    /// <summary>A snapshot of exactly that revision.</summary>
    public Snapshot Find(ulong revision, Snapshot current)
    {
        if (revision == current.Revision)
            return current;
        lock (_gate)
        {
            return _snapshots.TryGetValue(revision, out var found)
                ? found.Snapshot
                : throw Status.Expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.");
        }
    }

    private static (ulong Revision, string Start) Decode(string token)
    {
        try
        {
            var padded = token.Replace('-', '+').Replace('_', '/') + new string('=', (4 - token.Length % 4) % 4);
            var tree = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(padded)));
            if (tree.Number("rv") is { } revision and >= 0 && tree.Text("start") is { } start && start.Contains('/'))
                return ((ulong)revision, start);
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            // Not one of our tokens: said below.
        }
        throw Status.BadRequest("continue key is not valid: illegal continue token");
    }
}
