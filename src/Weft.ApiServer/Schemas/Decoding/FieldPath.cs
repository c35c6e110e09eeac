using System.Globalization;
using System.Text;

namespace Weft.ApiServer.Schemas.Decoding;

/// <summary>Where a walk through an object is; text is made only when an error asks for it.</summary>
/// <remarks>Shapes as upstream writes them: <c>spec.containers[0].name</c>.</remarks>
internal sealed class FieldPath
{
    private readonly List<(string? Name, int Index)> _segments = new(16);

    public int Depth => _segments.Count;

    public void Push(string name) => _segments.Add((name, -1));

    public void Push(int index) => _segments.Add((null, index));

    public void Pop() => _segments.RemoveAt(_segments.Count - 1);

    /// <summary>The path without list positions, as Go's JSON decoder writes it.</summary>
    public string WithoutPositions() => Render(positions: false);

    /// <summary>The path with <paramref name="field"/> under it; the path itself for an empty one.</summary>
    public string With(string field) => field.Length == 0 ? ToString() : _segments.Count == 0 ? field : $"{this}.{field}";

    public override string ToString() => Render(positions: true);

    private string Render(bool positions)
    {
        var text = new StringBuilder();
        foreach (var (name, index) in _segments)
        {
            if (name is null)
            {
                if (positions)
                    text.Append(CultureInfo.InvariantCulture, $"[{index}]");
                continue;
            }
            if (text.Length > 0)
                text.Append('.');
            text.Append(name);
        }
        return text.ToString();
    }
}
