namespace Weft.Tests.Policies;

/// <summary>Files of the checkout that tests read: examples and documents.</summary>
internal static class Checkout
{
    private static readonly string Root = Find();

    /// <summary>The path of a file or folder.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Join([Root, .. parts]);

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Join(folder, "weft.slnx")))
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests do not lie in a checkout");
        return folder;
    }
}
