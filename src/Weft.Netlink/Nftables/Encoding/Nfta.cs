namespace Weft.Netlink.Nftables;

/// <summary>Attributes of lists, hooks and objects.</summary>
internal static class Nfta
{
    internal const ushort ListElement = 1;

    internal const ushort HookNumber = 1, HookPriority = 2, HookDevice = 3, HookDevices = 4, HookDeviceName = 1;

    internal const ushort TableName = 1, TableUserData = 6;

    internal const ushort ChainTable = 1, ChainName = 3, ChainHook = 4, ChainPolicy = 5, ChainType = 7, ChainUserData = 12;

    internal const ushort RuleTable = 1, RuleChain = 2, RuleExpressions = 4, RuleUserData = 7;

    internal const ushort SetTable = 1, SetName = 2, SetFlags = 3, SetKeyType = 4, SetKeyLength = 5, SetDataType = 6, SetDataLength = 7,
        SetDescription = 9, SetId = 10, SetTimeout = 11, SetUserData = 13, SetExpression = 17, SetExpressions = 18;

    internal const ushort DescriptionSize = 1, DescriptionConcat = 2, FieldLength = 1;

    internal const ushort ElementKey = 1, ElementData = 2, ElementFlags = 3, ElementTimeout = 4, ElementUserData = 6, ElementExpression = 7,
        ElementKeyEnd = 10, ElementExpressions = 11;

    internal const ushort ElementsTable = 1, ElementsSet = 2, ElementsList = 3;

    internal const ushort DataValue = 1, DataVerdict = 2, VerdictCode = 1, VerdictChain = 2;

    internal const ushort ExpressionName = 1, ExpressionData = 2;

    internal const ushort GenerationId = 1;
    internal const ushort GenerationProcess = 2;
    internal const ushort GenerationProcessName = 3;
}

/// <summary>Attributes of expressions.</summary>
internal static class NftaExpr
{
    internal const ushort ImmediateTarget = 1, ImmediateData = 2;

    internal const ushort BitwiseSource = 1, BitwiseTarget = 2, BitwiseLength = 3, BitwiseMask = 4, BitwiseXor = 5, BitwiseOperation = 6;

    internal const ushort CompareSource = 1, CompareOperation = 2, CompareData = 3;

    internal const ushort RangeSource = 1, RangeOperation = 2, RangeFrom = 3, RangeTo = 4;

    internal const ushort LookupSet = 1, LookupSource = 2, LookupTarget = 3, LookupFlags = 5;

    internal const ushort DynsetName = 1, DynsetOperation = 3, DynsetKey = 4, DynsetData = 5, DynsetTimeout = 6;

    internal const ushort PayloadTarget = 1, PayloadBase = 2, PayloadOffset = 3, PayloadLength = 4;

    internal const ushort MetaTarget = 1, MetaKey = 2, MetaSource = 3;

    internal const ushort CtTarget = 1, CtKey = 2, CtDirection = 3, CtSource = 4;

    internal const ushort LimitRate = 1, LimitUnit = 2, LimitBurst = 3, LimitType = 4, LimitFlags = 5;

    internal const ushort CounterBytes = 1, CounterPackets = 2;

    internal const ushort LogGroup = 1, LogPrefix = 2, LogSnapLength = 3;

    internal const ushort RejectType = 1, RejectCode = 2;

    internal const ushort NatType = 1, NatFamily = 2, NatAddressMin = 3, NatAddressMax = 4, NatPortMin = 5, NatPortMax = 6, NatFlags = 7;

    internal const ushort MasqueradeFlags = 1;

    internal const ushort RedirectPortMin = 1, RedirectPortMax = 2;

    internal const ushort TproxyFamily = 1, TproxyAddress = 2, TproxyPort = 3;

    internal const ushort FibTarget = 1, FibResult = 2, FibFlags = 3;

    internal const ushort NumgenTarget = 1, NumgenModulus = 2, NumgenType = 3, NumgenOffset = 4;
}
