namespace Weft.Cni.Protocol;

/// <summary>The rules for names in the protocol, each check returning the complaint or null.</summary>
/// <remarks>Source: CNI SPEC.md, sections "Parameters" and "Network configuration format"; messages as in the reference library.</remarks>
public static class CniNames
{
    private const int MaxInterfaceName = 15;

    /// <summary>A container id: an alphanumeric character, then those, underscore, dot and hyphen.</summary>
    public static CniException? CheckContainerId(string id)
    {
        if (id.Length == 0)
            return new CniException(CniErrorCode.UnknownContainer, "missing containerID");
        return IsIdentifier(id) ? null : new CniException(CniErrorCode.InvalidEnvironment, "invalid characters in containerID", id);
    }

    /// <summary>A network's name, of the same characters.</summary>
    public static CniException? CheckNetworkName(string name)
    {
        if (name.Length == 0)
            return new CniException(CniErrorCode.InvalidConfig, "missing network name");
        return IsIdentifier(name) ? null : new CniException(CniErrorCode.InvalidConfig, "invalid characters found in network name", name);
    }

    /// <summary>An interface name that Linux takes.</summary>
    public static CniException? CheckInterfaceName(string name)
    {
        var complaint = name switch
        {
            "" => "interface name is empty",
            "." or ".." => "interface name is . or ..",
            { Length: > MaxInterfaceName } => "interface name is too long",
            _ when name.AsSpan().ContainsAny('/', ':') => "interface name contains / or :",
            _ when name.Any(char.IsWhiteSpace) => "interface name contains whitespace characters",
            _ => null,
        };
        if (complaint is null)
            return null;
        var details = name.Length > MaxInterfaceName ? $"interface name should be less than {MaxInterfaceName + 1} characters" : null;
        return new CniException(CniErrorCode.InvalidEnvironment, complaint, details);
    }

    private static bool IsIdentifier(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        }

        return char.IsAsciiLetterOrDigit(text[0]);
    }
}
