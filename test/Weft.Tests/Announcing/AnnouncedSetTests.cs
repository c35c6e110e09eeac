using Weft.Model;
using Weft.Node.Announcing;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Announcing;

public sealed class AnnouncedSetTests
{
    private static readonly AnnouncedLink Link = new(2, "eth0", MacAddress.Parse("02:00:5e:10:00:01"));
    private static readonly AnnouncedAddress Address = new(IpAddress.Parse("192.0.2.1"), Link, IpAddress.Parse("192.0.2.200"));
    private static readonly AnnouncedAddress Second = Address with { Address = IpAddress.Parse("192.0.2.2") };
    private readonly ManualTime _time = new();
    private readonly FakeAnnouncer _announcer = new();
    private readonly AnnouncedSet _set;

    public AnnouncedSetTests() => _set = new AnnouncedSet(_announcer, _time);

    [Fact]
    public void An_address_that_was_taken_over_is_announced_five_times_and_only_what_is_new_again()
    {
        Update(certain: true, Address);
        Speak(certain: true, seconds: 10);
        Assert.Equal(Enumerable.Repeat("announce 192.0.2.1", 5), _announcer.Said);
        _announcer.Said.Clear();
        Update(certain: true, Address, Second);
        Speak(certain: true, seconds: 10);
        Assert.Equal(Enumerable.Repeat("announce 192.0.2.2", 5), _announcer.Said);
        Update(certain: true, Second);
        Assert.Equal([Second], _announcer.Served);
    }

    [Fact]
    public void A_link_with_another_hardware_address_is_told_of()
    {
        Update(certain: true, Address);
        Speak(certain: true, seconds: 10);
        _announcer.Said.Clear();
        Update(certain: true, Address with { Link = Link with { Mac = MacAddress.Parse("02:00:5e:10:00:09") } });
        Speak(certain: true, seconds: 1);
        Assert.NotEmpty(_announcer.Said);
    }

    [Fact]
    public void A_claim_is_answered_once_a_second_while_the_node_is_certain()
    {
        Update(certain: true, Address);
        Assert.Equal(ClaimOutcome.Defended, _set.Claim(Address.Address, certain: true));
        Assert.Equal(ClaimOutcome.None, _set.Claim(Address.Address, certain: true));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ClaimOutcome.Defended, _set.Claim(Address.Address, certain: true));
        Assert.Equal(ClaimOutcome.None, _set.Claim(Second.Address, certain: true));
        Assert.Equal([Address], _announcer.Served);
    }

    [Fact]
    public void A_node_that_does_not_hear_the_server_asks_gives_way_and_comes_back_when_it_does()
    {
        Update(certain: true, Address);
        Speak(certain: true, seconds: 10);
        _announcer.Said.Clear();
        Speak(certain: false, seconds: 4);
        Assert.All(_announcer.Said, said => Assert.Equal("probe 192.0.2.1", said));
        Assert.NotEmpty(_announcer.Said);

        Assert.Equal(ClaimOutcome.Yielded, _set.Claim(Address.Address, certain: false));
        Assert.Empty(_announcer.Served);
        _announcer.Said.Clear();
        Update(certain: false, Address);
        Speak(certain: false, seconds: 4);
        Assert.Empty(_announcer.Said);
        Assert.Empty(_announcer.Served);

        Update(certain: true, Address);
        Assert.Equal([Address], _announcer.Served);
        Speak(certain: true, seconds: 1);
        Assert.NotEmpty(_announcer.Said);
    }

    private void Update(bool certain, params AnnouncedAddress[] wanted) => _set.Update([.. wanted], [IpRange.Parse("192.0.2.0/24")], certain);

    private void Speak(bool certain, int seconds)
    {
        for (var i = 0; i <= seconds * 4; i++)
        {
            _ = _set.Speak(certain);
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }
    }
}
