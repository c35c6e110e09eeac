using Weft.ApiServer.Requests;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Verbs;

/// <summary>Sends the changes of a collection as they happen, one JSON object per line.</summary>
/// <remarks>
/// Without a revision, or from 0, the present objects come first as ADDED; from a revision, every change after it. With
/// <c>sendInitialEvents</c> a bookmark marks the end of the first part (KEP-3157).
/// </remarks>
internal sealed class WatchVerb
{
    /// <summary>A watch that is this many changes behind is ended; its client lists again.</summary>
    private const long MaxLag = 20_000;

    private readonly ResourceRequest _request;
    private readonly ListOptions _options;
    private readonly ChangeLog _log;
    private readonly WatchFrames _frames;

    private WatchVerb(ResourceRequest request, ListOptions options)
    {
        _request = request;
        _options = options;
        _log = request.Server.Store.Log(request.Kind.StorageKey);
        _frames = new WatchFrames(request, Accept.Negotiate(request.Context.Request));
    }

    public static async Task HandleAsync(ResourceRequest request, ListOptions options)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, request.Server.Stopping);
        using var timeout = new CancellationTokenSource(options.Timeout ?? DefaultTimeout(), request.Server.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, timeout.Token);
        try
        {
            await new WatchVerb(request, options).RunAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The client left, the time is over or the server stops: a watch simply ends.
        }
    }

    /// <summary>Between half an hour and an hour, as kube-apiserver's <c>--min-request-timeout</c>, so that clients spread.</summary>
    private static TimeSpan DefaultTimeout() => TimeSpan.FromSeconds(Random.Shared.Next(1800, 3600));

    private async Task RunAsync(CancellationToken ct)
    {
        await _frames.StartAsync(ct);
        var snapshot = _request.Server.Store.Current;
        var fromNow = _options.Revision is null or 0 || _options.SendInitialEvents is true;
        if (_options.SendInitialEvents is true && _options.Revision > snapshot.Revision)
        {
            await _frames.ErrorAsync(Status.TooLargeRevision(_options.Revision.Value, snapshot.Revision), ct);
            return;
        }
        var from = fromNow ? snapshot.Revision : _options.Revision!.Value;
        if (from > snapshot.Revision || _log.Seek(from) is not { } link)
        {
            await _frames.ErrorAsync(Status.Expired($"too old resource version: {from} ({snapshot.Revision})"), ct);
            return;
        }
        if (fromNow && _options.SendInitialEvents is not false)
            await SendPresentAsync(snapshot, ct);
        await FollowAsync(link, ct);
    }

    private async Task SendPresentAsync(Snapshot snapshot, CancellationToken ct)
    {
        foreach (var obj in snapshot.Of(_request.Kind.StorageKey).In(_request.Namespace))
        {
            if (_options.Selects(obj))
                await _frames.EventAsync("ADDED", obj, ct);
        }
        if (_options.SendInitialEvents is true && _options.Bookmarks)
            _frames.Bookmark(snapshot.Revision, endOfInitialEvents: true);
        await _frames.FlushAsync(ct);
    }

    private async Task FollowAsync(ChangeLog.Link link, CancellationToken ct)
    {
        while (true)
        {
            while (link.NextNow is { } next)
            {
                link = next;
                await SendAsync(link.Change!, ct);
            }
            await _frames.FlushAsync(ct);
            if (_log.End.Sequence - link.Sequence > MaxLag)
            {
                await _frames.ErrorAsync(Status.Expired("too old resource version: the watch fell behind"), ct);
                return;
            }
            if (!await ChangedAsync(link, ct) && _options.Bookmarks)
                SendBookmark(link);
        }
    }

    /// <returns>False when nothing changed for as long as a bookmark takes.</returns>
    private async Task<bool> ChangedAsync(ChangeLog.Link link, CancellationToken ct)
    {
        try
        {
            await link.Next.WaitAsync(_request.Server.Options.BookmarkInterval, _request.Server.Time, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>The revision is read before the log is found empty, so nothing up to it is still to come.</summary>
    private void SendBookmark(ChangeLog.Link link)
    {
        var revision = _request.Server.Store.Current.Revision;
        if (link.NextNow is null)
            _frames.Bookmark(revision, endOfInitialEvents: false);
    }

    private async ValueTask SendAsync(Change change, CancellationToken ct)
    {
        if (_request.Namespace is { } ns && change.After.Namespace != ns)
            return;
        var before = change.Before is not null && _options.Selects(change.Before);
        var after = !change.Deleted && _options.Selects(change.After);
        switch (before, after)
        {
            case (false, true):
                await _frames.EventAsync("ADDED", change.After, ct);
                break;
            case (true, true):
                await _frames.EventAsync("MODIFIED", change.After, ct);
                break;
            case (true, false) when change.Deleted:
                await _frames.EventAsync("DELETED", change.After, ct);
                break;
            case (true, false):
                await _frames.EventAsync("DELETED", WithRevision(change.Before!, change.Revision), ct);
                break;
        }
    }

    /// <summary>An object that left the selection goes in its last selected state, at the revision of the change.</summary>
    private static StoredObject WithRevision(StoredObject obj, ulong revision)
    {
        var tree = obj.Parse();
        tree["metadata"]!["resourceVersion"] = revision.ToString();
        return new()
        {
            Revision = revision, Namespace = obj.Namespace, Name = obj.Name, Uid = obj.Uid,
            Json = Json.JsonText.Write(tree), Labels = obj.Labels, Fields = obj.Fields,
        };
    }
}
