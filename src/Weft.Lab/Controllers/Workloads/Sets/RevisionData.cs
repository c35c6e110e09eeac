using System.Text.Json.Nodes;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>A pod template as history keeps it: a strategic merge patch that puts it back, which is what <c>kubectl rollout undo</c> sends.</summary>
/// <remarks><c>{"spec":{"template":{"$patch":"replace", ...}}}</c></remarks>
internal static class RevisionData
{
    private const string Directive = "$patch";

    public static JsonText Of(PodTemplate template)
    {
        var content = template.ToObject();
        content[Directive] = "replace";
        return JsonText.From(new JsonObject { ["spec"] = new JsonObject { ["template"] = content } });
    }

    /// <summary>The template that a revision keeps.</summary>
    public static PodTemplate TemplateOf(ControllerRevision revision)
    {
        var template = revision.Data.ToNode()?["spec"]?["template"] as JsonObject ?? [];
        template.Remove(Directive);
        return new PodTemplate(JsonText.From(template));
    }
}
