namespace Weft.Cli.Output;

/// <summary>One line on the terminal that says what is being done; nothing where stderr is no terminal.</summary>
internal sealed class Progress : IDisposable
{
    private static readonly bool Visible = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    /// <summary>Replaces the line.</summary>
    public void Say(string text)
    {
        if (Visible)
            Console.Error.Write($"\r\e[K{text}");
    }

    /// <summary>Prints a line that stays, above the line of progress.</summary>
    public void Keep(string text)
    {
        Dispose();
        Console.Error.WriteLine(text);
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        if (Visible)
            Console.Error.Write("\r\e[K");
    }
}
