namespace Weft.Netlink.Libc;

/// <summary>Questions about files that the framework does not answer.</summary>
public static class FilePaths
{
    /// <summary>Whether both paths lead to one file, through links of either sort; false when one of them leads nowhere.</summary>
    public static bool AreSame(string left, string right)
    {
        try
        {
            using var first = Descriptors.OpenRead(left);
            using var second = Descriptors.OpenRead(right);
            return FileIdentity.Of(first, $"look at {left}") == FileIdentity.Of(second, $"look at {right}");
        }
        catch (NetlinkException error) when (error.NotFound || error.NotPermitted)
        {
            return false;
        }
    }
}
