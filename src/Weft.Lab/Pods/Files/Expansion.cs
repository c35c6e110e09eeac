using System.Text;

namespace Weft.Lab.Pods.Files;

/// <summary>References of the form <c>$(NAME)</c> in commands, arguments and variables.</summary>
/// <remarks>An unknown name stays as it is written; <c>$$</c> is one dollar sign that begins no reference. Source: the API's EnvVar and Container fields.</remarks>
internal static class Expansion
{
    /// <summary>The text with its references resolved.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.Contains('$'))
            return text;
        var result = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var close = text[at] == '$' && at + 1 < text.Length && text[at + 1] == '(' ? text.IndexOf(')', at) : -1;
            if (close > 0)
            {
                var name = text[(at + 2)..close];
                result.Append(variables.TryGetValue(name, out var value) ? value : text[at..(close + 1)]);
                at = close;
            }
            else
            {
                result.Append(text[at]);
                at += text[at] == '$' && at + 1 < text.Length && text[at + 1] == '$' ? 1 : 0;
            }
        }

        return result.ToString();
    }
}
