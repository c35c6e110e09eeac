namespace Weft.Netlink.Nftables;

/// <summary>Message types of nfnetlink and nf_tables (linux/netfilter/nfnetlink.h, nf_tables.h).</summary>
internal static class NftWire
{
    internal const ushort BatchBegin = 16;
    internal const ushort BatchEnd = 17;
    internal const ushort Subsystem = 10;
    internal const int HeaderLength = 4;

    internal const ushort NewTable = (Subsystem << 8) | 0;
    internal const ushort GetTable = (Subsystem << 8) | 1;
    internal const ushort DelTable = (Subsystem << 8) | 2;
    internal const ushort NewChain = (Subsystem << 8) | 3;
    internal const ushort GetChain = (Subsystem << 8) | 4;
    internal const ushort DelChain = (Subsystem << 8) | 5;
    internal const ushort NewRule = (Subsystem << 8) | 6;
    internal const ushort GetRule = (Subsystem << 8) | 7;
    internal const ushort DelRule = (Subsystem << 8) | 8;
    internal const ushort NewSet = (Subsystem << 8) | 9;
    internal const ushort GetSet = (Subsystem << 8) | 10;
    internal const ushort DelSet = (Subsystem << 8) | 11;
    internal const ushort NewElements = (Subsystem << 8) | 12;
    internal const ushort GetElements = (Subsystem << 8) | 13;
    internal const ushort DelElements = (Subsystem << 8) | 14;
    internal const ushort NewGeneration = (Subsystem << 8) | 15;
    internal const ushort GetGeneration = (Subsystem << 8) | 16;

    /// <summary>NFNL_BATCH_GENID.</summary>
    internal const ushort BatchGeneration = 1;

    /// <summary>NFT_SET_MAP: the set has data.</summary>
    internal const uint SetIsMap = 8;

    /// <summary>NFT_SET_CONCAT: intervals of a concatenation.</summary>
    internal const uint SetIsConcat = 0x80;

    /// <summary>NFT_DATA_VERDICT: the data type of verdict maps.</summary>
    internal const uint DataIsVerdict = 0xFFFFFF00;

    /// <summary>NFT_SET_ELEM_INTERVAL_END: the key is the first one behind the interval.</summary>
    internal const uint ElementIsEnd = 1;

    /// <summary>NFT_REG32_00: registers of 4 bytes; NFT_REG_1 … 4 are the same memory in pieces of 16 bytes.</summary>
    internal const uint FirstRegister = 8;

    /// <summary>Number of 4-byte registers.</summary>
    internal const int Registers = 16;
}
