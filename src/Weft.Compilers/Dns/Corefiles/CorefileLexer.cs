using System.Text;

namespace Weft.Compilers.Dns.Corefiles;

/// <summary>Takes a Corefile apart into words: between white space, or in quotes; <c>#</c> where a word could begin makes the rest of the line a comment.</summary>
internal static class CorefileLexer
{
    /// <summary>Reads the words of a text; a quote that is not closed ends with the text.</summary>
    public static List<CorefileWord> Read(string text)
    {
        var words = new List<CorefileWord>();
        var line = 1;
        for (var at = 0; at < text.Length;)
        {
            switch (text[at])
            {
                case '#':
                    at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
                    break;
                case '"':
                    words.Add(Quoted(text, ref at, ref line));
                    break;
                case var space when IsSpace(space):
                    line += space == '\n' ? 1 : 0;
                    at++;
                    break;
                default:
                    var start = at;
                    while (at < text.Length && !IsSpace(text[at]))
                        at++;
                    words.Add(new CorefileWord(text[start..at], line, IsQuoted: false));
                    break;
            }
        }

        return words;
    }

    private static CorefileWord Quoted(string text, ref int at, ref int line)
    {
        var (word, began) = (new StringBuilder(), line);
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] == '"')
                at++;
            line += text[at] == '\n' ? 1 : 0;
            word.Append(text[at]);
        }

        at++;
        return new CorefileWord(word.ToString(), began, IsQuoted: true);
    }

    private static bool IsSpace(char one) => char.IsWhiteSpace(one) || one == '\uFEFF';
}
