using System.Globalization;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Hosting;

/// <summary>What the server does by itself from time to time: it forgets old Events.</summary>
internal sealed class Upkeep(ServerState server)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Interval, server.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
                RemoveOldEvents();
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void RemoveOldEvents()
    {
        try
        {
            var limit = server.Time.GetUtcNow() - server.Options.EventLifetime;
            foreach (var stored in server.Store.Current.Of(EventKind.Core.StorageKey).In(null))
            {
                if (IsOlder(stored, limit))
                    server.Store.TryDelete(EventKind.Core, stored, stored.Parse());
            }
        }
        catch (Exception e)
        {
            Log.TaskFailed(server.Logger, e);
        }
    }

    private static bool IsOlder(StoredObject stored, DateTimeOffset limit)
    {
        var tree = stored.Parse();
        var text = EventKind.LastSeen(tree) ?? Json.JsonPath.Text(tree, "metadata", "creationTimestamp");
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var seen) && seen < limit;
    }
}
