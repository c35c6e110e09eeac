namespace Weft.Model.Services;

/// <summary>A transport protocol that Services have; the value is its IANA protocol number.</summary>
public enum L4Protocol : byte
{
    Tcp = 6,
    Udp = 17,
    Sctp = 132,
}
