namespace Weft.Compilers.Dns.Corefiles;

/// <summary>Puts words of a Corefile together: blocks, their directives, and what stands between the braces of these. What the words mean is no business of it.</summary>
internal sealed class CorefileParser
{
    // Plugins have blocks, and few options of theirs as well.
    private const int Deepest = 4;

    private readonly List<CorefileWord> _words;
    private int _at;
    private string? _problem;
    private int _problemLine;

    private CorefileParser(List<CorefileWord> words) => _words = words;

    /// <summary>Reads a whole text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">Where braces do not match, which leaves nothing to rely on; null when they do.</param>
    public static List<CorefileBlock> Parse(string text, out (int Line, string Message)? problem)
    {
        var parser = new CorefileParser(CorefileLexer.Read(text));
        var blocks = new List<CorefileBlock>();
        while (parser._at < parser._words.Count && parser._problem is null)
            blocks.Add(parser.Block());
        problem = parser._problem is { } message ? (parser._problemLine, message) : null;
        return blocks;
    }

    private CorefileBlock Block()
    {
        var line = _words[_at].Line;
        var keys = new List<string>();
        for (; _at < _words.Count && !_words[_at].Opens; _at++)
        {
            // Keys of the next block never stand on a line of their own behind keys without a block.
            if (_words[_at].Closes)
                return Fail<CorefileBlock>(_words[_at].Line, "this } closes nothing", new(keys, [], line));
            if (keys is ["import", ..] && _words[_at].Line != line)
                return new CorefileBlock(keys, [], line);
            keys.AddRange(_words[_at].Text.Split(',', StringSplitOptions.RemoveEmptyEntries));
        }

        if (keys is ["import", ..] && _at == _words.Count)
            return new CorefileBlock(keys, [], line);
        if (_at == _words.Count)
            return Fail<CorefileBlock>(line, "a { is missing behind the zones of this block", new(keys, [], line));
        return new CorefileBlock(keys, Lines(depth: 1), line);
    }

    private List<CorefileLine> Lines(int depth)
    {
        var opened = _words[_at++].Line;
        var lines = new List<CorefileLine>();
        while (_problem is null)
        {
            if (_at == _words.Count)
                return Fail(opened, "this { is never closed", lines);
            if (_words[_at].Closes)
            {
                _at++;
                return lines;
            }

            if (_words[_at].Opens)
                return Fail(_words[_at].Line, "this { belongs to no directive: write it behind one, on the same line", lines);
            lines.Add(Line(depth));
        }

        return lines;
    }

    private CorefileLine Line(int depth)
    {
        var first = _words[_at++];
        var arguments = new List<string>();
        for (; _at < _words.Count && _words[_at].Line == first.Line && !_words[_at].Opens && !_words[_at].Closes; _at++)
            arguments.Add(_words[_at].Text);
        IReadOnlyList<CorefileLine> block = [];
        if (_at < _words.Count && _words[_at].Line == first.Line && _words[_at].Opens)
            block = depth < Deepest ? Lines(depth + 1) : Fail(first.Line, "there are too many braces in each other", block);
        return new CorefileLine(first.Text, arguments, block, first.Line);
    }

    private T Fail<T>(int line, string message, T value)
    {
        (_problem, _problemLine) = (_problem ?? message, _problem is null ? line : _problemLine);
        _at = _words.Count;
        return value;
    }
}
