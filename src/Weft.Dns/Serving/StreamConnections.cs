using Weft.Model;

namespace Weft.Dns.Serving;

/// <summary>The connections of a listener, counted. When there are too many, the one that has been idle for longest ends: whoever holds connections open keeps nobody out.</summary>
internal sealed class StreamConnections(StreamLimits limits)
{
    private readonly Lock _gate = new();
    private readonly HashSet<StreamConnection> _all = [];
    private readonly Dictionary<IpAddress, int> _clients = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _all.Count;
        }
    }

    /// <summary>Takes one more; false when its client has enough.</summary>
    public bool TryAdd(StreamConnection connection)
    {
        lock (_gate)
        {
            var count = _clients.GetValueOrDefault(connection.Client.Address);
            if (count >= limits.PerClient)
                return false;
            if (_all.Count >= limits.Connections)
                Drop(_all.MinBy(one => one.LastUse)!);
            _all.Add(connection);
            _clients[connection.Client.Address] = _clients.GetValueOrDefault(connection.Client.Address) + 1;
            return true;
        }
    }

    /// <summary>Counts one that has ended no more.</summary>
    public void Remove(StreamConnection connection)
    {
        lock (_gate)
            Drop(connection);
    }

    /// <summary>Ends those that have been idle for too long.</summary>
    public void CloseIdle()
    {
        lock (_gate)
        {
            foreach (var connection in _all.Where(one => one.Idle >= limits.Patience).ToList())
                Drop(connection);
        }
    }

    /// <summary>Ends all.</summary>
    public void CloseAll()
    {
        lock (_gate)
            _all.ToList().ForEach(Drop);
    }

    private void Drop(StreamConnection connection)
    {
        if (!_all.Remove(connection))
            return;
        var left = _clients[connection.Client.Address] - 1;
        if (left == 0)
            _clients.Remove(connection.Client.Address);
        else
            _clients[connection.Client.Address] = left;
        connection.Close();
    }
}
