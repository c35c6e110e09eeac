namespace Weft.Compilers.Dns.Corefiles.Plugins;

/// <summary><c>errors</c>: it is logged why names could not be answered.</summary>
internal static class ErrorsPlugin
{
    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        block.LogErrors = true;
        foreach (var option in line.Block)
        {
            if (option.Name is "consolidate" or "stacktrace")
                draft.Report.Note($"{option.Name} of errors needs nothing here: of many errors in a second a few are logged, and how many more there were");
            else
                draft.UnknownOption(option, "errors", "none");
        }
    }
}
