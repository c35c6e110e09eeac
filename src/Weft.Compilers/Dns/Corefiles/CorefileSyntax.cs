namespace Weft.Compilers.Dns.Corefiles;

/// <summary>A word of a Corefile.</summary>
/// <param name="Text">The word, without quotes.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="IsQuoted">Whether it stands in quotes, so that a brace in it means nothing.</param>
internal readonly record struct CorefileWord(string Text, int Line, bool IsQuoted)
{
    public bool Opens => Text == "{" && !IsQuoted;

    public bool Closes => Text == "}" && !IsQuoted;
}

/// <summary>A directive: a plugin in a server block, or an option in a plugin's block.</summary>
/// <param name="Name">Its first word.</param>
/// <param name="Arguments">The other words of its line.</param>
/// <param name="Block">The lines between its braces.</param>
/// <param name="Line">Its line, from 1.</param>
internal sealed record CorefileLine(string Name, IReadOnlyList<string> Arguments, IReadOnlyList<CorefileLine> Block, int Line)
{
    /// <summary>The line as it is written, but for white space.</summary>
    public override string ToString() => string.Join(' ', [Name, .. Arguments]);
}

/// <summary>A server block, or a snippet whose one key is <c>(name)</c>.</summary>
/// <param name="Keys">What it is for.</param>
/// <param name="Lines">Its directives.</param>
/// <param name="Line">Its line, from 1.</param>
internal sealed record CorefileBlock(IReadOnlyList<string> Keys, IReadOnlyList<CorefileLine> Lines, int Line);
