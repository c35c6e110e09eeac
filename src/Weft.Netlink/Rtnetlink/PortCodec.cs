using Weft.Model.Links;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>IFLA_INFO_SLAVE_DATA on the wire: the settings of a bridge's port.</summary>
internal static class PortCodec
{
    private const string BridgeSlave = "bridge";

    public static void Write(ref NetlinkWriter writer, BridgePort port)
    {
        var info = writer.Open(Ifla.LinkInfo);
        writer.PutString(Ifla.InfoSlaveKind, BridgeSlave);
        var data = writer.Open(Ifla.InfoSlaveData);
        Put(ref writer, IflaPort.Mode, port.Hairpin);
        Put(ref writer, IflaPort.Isolated, port.Isolated);
        Put(ref writer, IflaPort.ProxyArp, port.ProxyArp);
        Put(ref writer, IflaPort.ProxyArpWifi, port.ProxyArpWifi);
        Put(ref writer, IflaPort.NeighbourSuppression, port.NeighbourSuppression);
        Put(ref writer, IflaPort.Learning, port.Learning);
        Put(ref writer, IflaPort.UnicastFlood, port.UnicastFlood);
        Put(ref writer, IflaPort.MulticastFlood, port.MulticastFlood);
        Put(ref writer, IflaPort.BroadcastFlood, port.BroadcastFlood);
        Put(ref writer, IflaPort.Locked, port.Locked);
        writer.Close(data);
        writer.Close(info);
    }

    public static BridgePort? Read(LinkParts parts, ref DecodeError error)
    {
        if (parts.PortKind is not BridgeSlave)
            return null;
        var read = default(PortBits);
        var data = new AttributeReader(parts.PortData, ref error);
        while (data.MoveNext())
            read.Take(data);
        return read.ToPort();
    }

    private static void Put(ref NetlinkWriter writer, ushort type, bool? value)
    {
        if (value is { } on)
            writer.PutU8(type, on ? (byte)1 : (byte)0);
    }

    private struct PortBits
    {
        private bool? _hairpin, _isolated, _proxyArp, _proxyArpWifi, _suppression, _learning, _unicast, _multicast, _broadcast, _locked;

        public void Take(AttributeReader data)
        {
            switch (data.Type)
            {
                case IflaPort.Mode: _hairpin = data.U8() != 0; break;
                case IflaPort.Isolated: _isolated = data.U8() != 0; break;
                case IflaPort.ProxyArp: _proxyArp = data.U8() != 0; break;
                case IflaPort.ProxyArpWifi: _proxyArpWifi = data.U8() != 0; break;
                case IflaPort.NeighbourSuppression: _suppression = data.U8() != 0; break;
                case IflaPort.Learning: _learning = data.U8() != 0; break;
                case IflaPort.UnicastFlood: _unicast = data.U8() != 0; break;
                case IflaPort.MulticastFlood: _multicast = data.U8() != 0; break;
                case IflaPort.BroadcastFlood: _broadcast = data.U8() != 0; break;
                case IflaPort.Locked: _locked = data.U8() != 0; break;
            }
        }

        public readonly BridgePort ToPort() => new()
        {
            Hairpin = _hairpin,
            Isolated = _isolated,
            ProxyArp = _proxyArp,
            ProxyArpWifi = _proxyArpWifi,
            NeighbourSuppression = _suppression,
            Learning = _learning,
            UnicastFlood = _unicast,
            MulticastFlood = _multicast,
            BroadcastFlood = _broadcast,
            Locked = _locked,
        };
    }
}
