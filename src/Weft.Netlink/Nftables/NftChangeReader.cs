using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Makes changes of the notifications of nf_tables.</summary>
/// <remarks>
/// Each object of a transaction is told of, then comes NFT_MSG_NEWGEN with the process that sent it (nf_tables_gen_notify). All carry the
/// sender's port in nlmsg_pid. NFTA_*_TABLE is attribute 1 of every kind of object.
/// </remarks>
internal sealed class NftChangeReader(EquatableArray<NftTableId> tables, uint ownPort)
{
    private readonly HashSet<NftTableId> _touched = [];
    private readonly List<NftChange> _changes = [];

    /// <summary>The changes that this datagram completes. The list is valid until the next call.</summary>
    public IReadOnlyList<NftChange> Read(ReadOnlySpan<byte> datagram)
    {
        _changes.Clear();
        var messages = new MessageReader(datagram);
        while (messages.TryRead(out var message))
        {
            var error = default(DecodeError);
            Read(message, ref error);
            if (error.Any)
                _changes.Add(Lost());
        }

        if (messages.Malformed)
            _changes.Add(Lost());
        return _changes;
    }

    /// <summary>Forgets a transaction of which the end may be missing.</summary>
    public NftChange Lost()
    {
        _touched.Clear();
        return NftChange.Unknown;
    }

    private void Read(NetlinkMessage message, ref DecodeError error)
    {
        if (message.Port == ownPort || message.Type >> 8 != NftWire.Subsystem)
            return;
        if (message.Type == NftWire.NewGeneration)
        {
            if (_touched.Count > 0)
                _changes.Add(End(message, ref error));
            _touched.Clear();
        }
        else if (TableOf(message, ref error) is { } table && tables.AsSpan().Contains(table))
        {
            _touched.Add(table);
        }
    }

    private NftChange End(NetlinkMessage message, ref DecodeError error)
    {
        string? process = null;
        var number = 0u;
        var attributes = message.Attributes(NftWire.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nfta.GenerationProcess: number = attributes.U32BigEndian(); break;
                case Nfta.GenerationProcessName: process = attributes.Text(); break;
            }
        }

        return new NftChange(_touched.ToEquatableArray(), process, (int)number);
    }

    private static NftTableId? TableOf(NetlinkMessage message, ref DecodeError error)
    {
        var attributes = message.Attributes(NftWire.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            if (attributes.Type == Nfta.TableName)
                return new NftTableId(NftObjectDecoder.FamilyOf(message), attributes.Text());
        }

        return null;
    }
}
