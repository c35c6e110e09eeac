using Weft.Cli.Up;
using Weft.Compilers.Policies.Testing;
using Weft.Kubernetes.Client;

namespace Weft.Cli.Policies;

/// <summary>Manifests and expectations as files hold them, in any mixture.</summary>
internal sealed class PolicyTestInputs
{
    private readonly List<Manifest> _manifests = [];
    private readonly List<PolicyTestDocument> _documents = [];
    private readonly List<string> _errors = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    private PolicyTestInputs()
    {
    }

    /// <summary>Objects of the API.</summary>
    public IReadOnlyList<Manifest> Manifests => _manifests;

    /// <summary>What is expected.</summary>
    public IEnumerable<PolicyExpectation> Expectations => _documents.SelectMany(document => document.Expectations);

    /// <summary>Reads files, and the manifests that expectations name.</summary>
    /// <exception cref="UsageException">A file cannot be read, an expectation cannot be understood, or there is none.</exception>
    public static async Task<PolicyTestInputs> ReadAsync(IEnumerable<string> sources, CancellationToken ct)
    {
        var inputs = new PolicyTestInputs();
        try
        {
            foreach (var source in sources)
                await inputs.AddAsync(source, ct);
            for (var i = 0; i < inputs._documents.Count; i++)
            {
                foreach (var file in inputs._documents[i].Manifests)
                    await inputs.AddAsync(Beside(inputs._documents[i].Source, file), ct);
            }

            ManifestSources.RefuseTwins(inputs._manifests);
            PolicyAdmission.Check(inputs._manifests);
        }
        catch (ManifestException error)
        {
            throw new UsageException(error.Message);
        }

        if (inputs._errors.Count > 0)
            throw new UsageException(string.Join('\n', inputs._errors));
        return inputs.Expectations.Any() ? inputs : throw new UsageException("none of these files has expectations: a document of them says `kind: PolicyTest` (docs/policies.md)");
    }

    private async Task AddAsync(string source, CancellationToken ct)
    {
        foreach (var (text, name) in await ManifestSources.TextsAsync(source, ct))
        {
            if (!_read.Add(source == "-" ? name : Path.GetFullPath(name)))
                continue;
            foreach (var document in Kubernetes.Client.Manifests.Documents(text, name))
                Add(document);
        }
    }

    private void Add(YamlDocument document)
    {
        if (!PolicyTestReader.IsTest(document.Root))
        {
            _manifests.AddRange(Kubernetes.Client.Manifests.Of(document));
            return;
        }

        var (read, errors) = PolicyTestReader.Read(document.Root, document.Source, document.Lines.Of);
        _documents.Add(read);
        _errors.AddRange(errors);
    }

    private static string Beside(string source, string file) =>
        file.Contains("://", StringComparison.Ordinal) ? file : Path.GetRelativePath(".", Path.Combine(Path.GetDirectoryName(Path.GetFullPath(source))!, file));
}
