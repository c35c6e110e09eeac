using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Schemas;

namespace Weft.Tests.Schemas;

/// <summary>
/// A folder of <c>Golden</c>: <c>in.yaml</c>, perhaps <c>old.yaml</c> (an update) or <c>patch.yaml</c> (a strategic merge patch of it),
/// and what comes out: <c>out.json</c> when the object is accepted, <c>errors.txt</c> with what a client is told.
/// </summary>
/// <remarks>The variable WEFT_REWRITE_GOLDEN=1 writes the results instead of comparing.</remarks>
internal sealed class GoldenCase(string folder)
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Root { get; } = FindRoot();

    public static bool Rewrite => Environment.GetEnvironmentVariable("WEFT_REWRITE_GOLDEN") == "1";

    public (string? Json, string? Errors) Run()
    {
        var obj = Read("in.yaml")!;
        var schema = SchemaOf(obj);
        if (Read("patch.yaml") is { } patch)
            obj = schema.StrategicMerge(obj, patch).AsObject();
        var old = Read("old.yaml");
        if (old is not null)
            schema.Admit(old, null, FieldValidation.Ignore);
        var lenient = folder.EndsWith("-warn", StringComparison.Ordinal);
        var result = schema.Admit(obj, old, lenient ? FieldValidation.Warn : FieldValidation.Strict);
        var accepted = result.BadRequest is null && result.Errors.Count == 0;
        return (accepted ? obj.ToJsonString(Written) + "\n" : null, Describe(result));
    }

    public string? Expected(string file) => File.Exists(Path.Combine(Root, folder, file)) ? File.ReadAllText(Path.Combine(Root, folder, file)) : null;

    public void Write(string file, string? text)
    {
        var path = Path.Combine(Root, folder, file);
        if (text is null)
            File.Delete(path);
        else
            File.WriteAllText(path, text);
    }

    private static IObjectSchema SchemaOf(JsonObject obj)
    {
        var version = (string)obj["apiVersion"]!;
        var slash = version.IndexOf('/');
        return ObjectSchemas.For(slash < 0 ? "" : version[..slash], version[(slash + 1)..], (string)obj["kind"]!);
    }

    private static string? Describe(AdmissionResult result)
    {
        var text = new StringBuilder();
        if (result.BadRequest is { } bad)
            text.Append(bad).Append('\n');
        foreach (var error in result.Errors)
            text.Append(error).Append('\n');
        foreach (var warning in result.Warnings)
            text.Append("Warning: ").Append(warning).Append('\n');
        return text.Length == 0 ? null : text.ToString();
    }

    private static string FindRoot()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "weft.slnx")))
            at = Path.GetDirectoryName(at) ?? throw new DirectoryNotFoundException("the tests run outside of the repository");
        return Path.Combine(at, "test", "Weft.Tests", "Schemas", "Golden");
    }

    private JsonObject? Read(string file) => Expected(file) is { } text ? (JsonObject)YamlText.Parse(Encoding.UTF8.GetBytes(text))! : null;
}
