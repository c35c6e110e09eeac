namespace Weft.Cni.Protocol;

/// <summary>CNI_ARGS: <c>KEY=VALUE;KEY=VALUE</c>.</summary>
/// <remarks>
/// A plugin names the keys that it knows; any other is an error unless <c>IgnoreUnknown=1</c> (or <c>true</c>) is among them, which is
/// how Kubernetes runtimes hand the pod's name to plugins that do not care.
/// </remarks>
public sealed class CniArguments
{
    private readonly List<KeyValuePair<string, string>> _pairs;

    private CniArguments(List<KeyValuePair<string, string>> pairs) => _pairs = pairs;

    /// <summary>No arguments.</summary>
    public static CniArguments None { get; } = new([]);

    /// <summary>The value of a key, or null; of several the last counts.</summary>
    public string? this[string key]
    {
        get
        {
            string? value = null;
            foreach (var pair in _pairs)
            {
                if (pair.Key == key)
                    value = pair.Value;
            }

            return value;
        }
    }

    /// <summary>Parses the variable's text.</summary>
    /// <exception cref="CniException">A part is not KEY=VALUE.</exception>
    public static CniArguments Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return None;
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in text.Split(';'))
        {
            var halves = part.Split('=');
            if (halves.Length != 2)
                throw new CniException(CniErrorCode.InvalidEnvironment, $"ARGS: invalid pair \"{part}\"");
            pairs.Add(new(halves[0], halves[1]));
        }

        return new CniArguments(pairs);
    }

    /// <summary>Refuses keys that are neither in <paramref name="known"/> nor waved through by IgnoreUnknown.</summary>
    /// <exception cref="CniException">There is such a key.</exception>
    public void Allow(params ReadOnlySpan<string> known)
    {
        if (IgnoresUnknown())
            return;
        var unknown = new List<string>();
        foreach (var pair in _pairs)
        {
            if (pair.Key != "IgnoreUnknown" && !known.Contains(pair.Key))
                unknown.Add($"\"{pair.Key}={pair.Value}\"");
        }

        if (unknown.Count > 0)
            throw new CniException(CniErrorCode.InvalidEnvironment, $"ARGS: unknown args [{string.Join(' ', unknown)}]");
    }

    private bool IgnoresUnknown() => this["IgnoreUnknown"]?.ToLowerInvariant() switch
    {
        null or "0" or "false" => false,
        "1" or "true" => true,
        var other => throw new CniException(CniErrorCode.InvalidEnvironment, $"ARGS: IgnoreUnknown must be 0 or 1, not \"{other}\""),
    };
}
