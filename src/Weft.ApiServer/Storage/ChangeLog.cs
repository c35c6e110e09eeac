namespace Weft.ApiServer.Storage;

/// <summary>The latest changes of one resource, as a linked list that any number of watches follow at their own pace.</summary>
/// <remarks>
/// One writer appends; followers hold a <see cref="Link"/> and wait for its successor, so fan-out needs no queue per watch.
/// What no follower holds and history does not cover is garbage.
/// </remarks>
internal sealed class ChangeLog(int capacity, ulong revision)
{
    private readonly Lock _gate = new();
    private Link _oldest = new(null, revision, 0);
    private Link? _newest;
    private int _count;

    /// <summary>The place after the newest change.</summary>
    public Link End
    {
        get
        {
            lock (_gate)
                return _newest ?? _oldest;
        }
    }

    public void Append(Change change)
    {
        Link last, next;
        lock (_gate)
        {
            last = _newest ?? _oldest;
            next = new Link(change, change.Revision, last.Sequence + 1);
            _newest = next;
            if (++_count > capacity)
            {
                // The place before the dropped change is forgotten, so a watch from there is too old.
                _oldest = _oldest.NextNow!;
                _count--;
            }
        }
        last.SetNext(next);
    }

    /// <summary>The place just after <paramref name="revision"/>; null when changes since then are forgotten.</summary>
    public Link? Seek(ulong revision)
    {
        lock (_gate)
        {
            if (revision < _oldest.Revision)
                return null;
            var link = _oldest;
            while (link.NextNow is { } next && next.Revision <= revision)
                link = next;
            return link;
        }
    }

    /// <summary>One change and the way to the one after it. The first link of a log has no change.</summary>
    public sealed class Link(Change? change, ulong revision, long sequence)
    {
        private readonly TaskCompletionSource<Link> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Change? Change { get; } = change;

        public ulong Revision { get; } = revision;

        /// <summary>Grows by one per change: the distance between two links is how far one is behind.</summary>
        public long Sequence { get; } = sequence;

        public Link? NextNow => _next.Task.IsCompleted ? _next.Task.Result : null;

        public Task<Link> Next => _next.Task;

        public void SetNext(Link next) => _next.SetResult(next);
    }
}
