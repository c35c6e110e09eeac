using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Selectors;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Verbs;

/// <summary>The query parameters of list, watch and delete of a collection.</summary>
internal sealed record ListOptions
{
    public LabelSelector Labels { get; private init; } = LabelSelector.Everything;

    public FieldSelector Fields { get; private init; } = FieldSelector.Everything;

    /// <summary>Null when not given; 0 means anything at hand.</summary>
    public ulong? Revision { get; private init; }

    public string Match { get; private init; } = "";

    public int? Limit { get; private init; }

    public string? Continue { get; private init; }

    public bool Watch { get; private init; }

    public bool Bookmarks { get; private init; }

    public bool? SendInitialEvents { get; private init; }

    public TimeSpan? Timeout { get; private init; }

    private string? Name { get; init; }

    public bool SelectsEverything => Labels.IsEmpty && Fields.IsEmpty && Name is null;

    /// <exception cref="StatusException">400 or 422 when a parameter makes no sense.</exception>
    public static ListOptions Parse(ResourceRequest request)
    {
        var query = request.Query;
        try
        {
            var options = new ListOptions
            {
                Name = request.Name,
                Labels = LabelSelector.Parse(query["labelSelector"]),
                Fields = FieldSelector.Parse(query["fieldSelector"], request.Kind),
                Revision = ParseRevision(query["resourceVersion"].ToString()),
                Match = query["resourceVersionMatch"].ToString(),
                Limit = Number(query["limit"].ToString(), "limit") is { } limit and > 0 ? limit : null,
                Continue = query["continue"].ToString() is { Length: > 0 } token ? token : null,
                Watch = Flag(query["watch"].ToString()),
                Bookmarks = Flag(query["allowWatchBookmarks"].ToString()),
                SendInitialEvents = query.ContainsKey("sendInitialEvents") ? Flag(query["sendInitialEvents"].ToString()) : null,
                Timeout = Number(query["timeoutSeconds"].ToString(), "timeoutSeconds") is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null,
            };
            options.Validate();
            return options;
        }
        catch (FormatException e)
        {
            throw Status.BadRequest(e.Message);
        }
    }

    public bool Selects(StoredObject obj) => (Name is null || obj.Name == Name) && Labels.Matches(obj.Labels) && Fields.Matches(obj);

    private void Validate()
    {
        var errors = new List<FieldError>();
        if (SendInitialEvents is not null && !Watch)
            errors.Add(FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        if (SendInitialEvents is not null && Watch && Match != "NotOlderThan")
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        if (Match.Length > 0 && Watch && SendInitialEvents is null)
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        if (Match.Length > 0 && !Watch && Revision is null)
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        if (Match.Length > 0 && Continue is not null)
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
        if (Match is not ("" or "Exact" or "NotOlderThan"))
            errors.Add(new("FieldValueNotSupported", "resourceVersionMatch", $"Unsupported value: \"{Match}\": supported values: \"Exact\", \"NotOlderThan\", \"\""));
        if (Match == "Exact" && Revision == 0)
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        if (errors.Count > 0)
            throw Status.Invalid("meta.k8s.io", "ListOptions", "", errors);
    }

    private static ulong? ParseRevision(string text) => text.Length == 0
        ? null
        : ulong.TryParse(text, out var revision)
            ? revision
            : throw Status.Invalid("meta.k8s.io", "ListOptions", "",
                [FieldError.Invalid("resourceVersion", $"\"{text}\"", $"strconv.ParseUint: parsing \"{text}\": invalid syntax")]);

    private static int? Number(string text, string name) => text.Length == 0
        ? null
        : long.TryParse(text, out var number)
            ? (int)Math.Clamp(number, 0, int.MaxValue)
            : throw new FormatException($"strconv.ParseInt: parsing \"{text}\": invalid syntax ({name})");

    /// <summary>As Go's query conversion: anything but false and 0 is true once the parameter is there.</summary>
    private static bool Flag(string text) => text.ToLowerInvariant() is not ("" or "false" or "0");
}
