using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weft.Kubernetes.Client;

/// <summary>A parser whose every failure is a <see cref="YamlException"/>: YamlDotNet's scanner throws others on some malformed texts.</summary>
internal sealed class CarefulParser(TextReader text) : IParser
{
    private readonly Parser _parser = new(text);

    public ParsingEvent? Current => _parser.Current;

    public bool MoveNext()
    {
        var last = Current?.End ?? Mark.Empty;
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception error) when (error is not YamlException and not OutOfMemoryException)
        {
            throw new YamlException(last, last, "the text after this is not YAML", error);
        }
    }
}
