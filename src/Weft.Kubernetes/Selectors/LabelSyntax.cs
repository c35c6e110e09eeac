namespace Weft.Kubernetes;

/// <summary>What label keys and values may look like, in the words of upstream's <c>util/validation</c>.</summary>
public static class LabelSyntax
{
    private const int MaximumNameLength = 63;
    private const int MaximumPrefixLength = 253;

    /// <summary>What is wrong with a label key, or null.</summary>
    public static string? ErrorInKey(string key)
    {
        var slash = key.IndexOf('/');
        if (slash != key.LastIndexOf('/'))
            return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        if (slash == 0)
            return "prefix part must be non-empty";
        if (slash > 0 && !IsSubdomain(key.AsSpan(0, slash)))
            return "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
        var name = key.AsSpan(slash + 1);
        if (name.IsEmpty)
            return "name part must be non-empty";
        if (name.Length > MaximumNameLength)
            return $"name part must be no more than {MaximumNameLength} characters";
        return IsQualified(name) ? null : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    }

    /// <summary>What is wrong with a label value, or null.</summary>
    public static string? ErrorInValue(string value)
    {
        if (value.Length > MaximumNameLength)
            return $"must be no more than {MaximumNameLength} characters";
        return value.Length == 0 || IsQualified(value)
            ? null
            : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    }

    /// <summary>Whether the text is a lowercase RFC 1123 subdomain, the form of most object names.</summary>
    public static bool IsSubdomain(ReadOnlySpan<char> text)
    {
        if (text.Length > MaximumPrefixLength)
            return false;
        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (label.IsEmpty || label[0] == '-' || label[^1] == '-' || label.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-"))
                return false;
        }

        return !text.IsEmpty;
    }

    private static bool IsQualified(ReadOnlySpan<char> name)
    {
        foreach (var letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.'))
                return false;
        }

        return char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);
    }
}
