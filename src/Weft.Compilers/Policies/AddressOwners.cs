using Weft.Model;

namespace Weft.Compilers.Policies;

/// <summary>Which pod an address belongs to. While an old pod still shows an address that a new one has, the new one has it.</summary>
internal sealed class AddressOwners
{
    private readonly Dictionary<IpAddress, PodState> _owners = [];
    private readonly Dictionary<IpAddress, List<PodState>> _others = [];

    public IEnumerable<IpAddress> Addresses => _owners.Keys;

    public PodState? Find(IpAddress address) => _owners.GetValueOrDefault(address);

    public void Add(PodState pod)
    {
        foreach (var address in pod.Pod.Addresses)
        {
            if (_owners.TryAdd(address, pod))
                continue;
            var owner = _owners[address];
            var isFirst = pod.IsBefore(owner);
            _owners[address] = isFirst ? pod : owner;
            if (!_others.TryGetValue(address, out var others))
                _others.Add(address, others = []);
            others.Add(isFirst ? owner : pod);
        }
    }

    public void Remove(PodState gone)
    {
        foreach (var address in gone.Pod.Addresses)
        {
            var pod = gone;
            if (!_others.TryGetValue(address, out var others))
            {
                _owners.Remove(address);
                continue;
            }

            if (_owners[address] == pod)
                _owners[address] = pod = others.Aggregate((best, other) => other.IsBefore(best) ? other : best);
            others.Remove(pod);
            if (others.Count == 0)
                _others.Remove(address);
        }
    }
}
