using System.CommandLine;
using System.Text;
using System.Xml;
using Weft.Cli.Policies;
using Weft.Cli.Rendering;
using Weft.Compilers.Policies.Testing;
using Weft.Kubernetes.Client;
using Weft.Lab;

namespace Weft.Cli.Commands;

/// <summary><c>weft policy test</c>: who is to reach whom, held against the rules before they are shipped, or against a running lab.</summary>
internal static class PolicyTestCommand
{
    public static Command Create()
    {
        var sources = new Argument<string[]>("file") { Description = "Expectations and manifests, in any mixture: files, folders, URLs, or - for standard input.", Arity = ArgumentArity.OneOrMore, HelpName = "FILE" };
        var (files, quiet, output) = (ManifestCluster.Files(), ManifestCluster.Quiet(), LabOptions.Output("text", "json"));
        var lab = LabChoice.Option("Measure in this running lab by real packets instead; `lab` unless named.");
        var junit = new Option<string?>("--junit") { Description = "Also write the results as JUnit XML, which CI systems read.", HelpName = "FILE" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Also list expectations that are met." };
        var command = new Command("test", "Check who reaches whom on what: by the rules that nodes would have, without a cluster, or with --lab by packets. Exit code 1 when an expectation is not met, 2 when files are wrong."
            .WithExample("weft policy test examples/policies/tests", "weft policy test -f policies/ -f pods.yaml expectations.yaml --junit results.xml", "weft policy test examples/policies/tests --lab"))
        {
            sources, files, lab, junit, verbose, quiet, output,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var inputs = await PolicyTestInputs.ReadAsync([.. parsed.GetValue(sources)!, .. parsed.GetValue(files) ?? []], ct);
            var running = LabChoice.Of(parsed, lab);
            var report = running is null ? Offline(inputs, parsed.GetValue(quiet)) : await InLabAsync(running, inputs, ct);
            var text = new PolicyTestText(running is null ? PolicyPlaces.Of(inputs.Manifests) : _ => null);
            if (parsed.GetValue(junit) is { } path)
                Write(path, text.JUnit(report));
            Console.Write(parsed.GetValue(output) == "json" ? text.Json(report).ToJsonString() + "\n" : text.Of(report, parsed.GetValue(verbose)));
            return report.Failed == 0 ? 0 : 1;
        });
        return command;
    }

    /// <exception cref="UsageException">The lab does not run, or does not answer: nothing was checked.</exception>
    private static async Task<PolicyTestReport> InLabAsync(LabDirectory lab, PolicyTestInputs inputs, CancellationToken ct)
    {
        try
        {
            return await LabPolicyTest.RunAsync(lab, inputs, ct);
        }
        catch (Exception error) when (error is LabException or KubeApiException)
        {
            throw new UsageException(error.Message);
        }
    }

    private static PolicyTestReport Offline(PolicyTestInputs inputs, bool quiet)
    {
        var cluster = ManifestCluster.Read(inputs.Manifests, quiet);
        ManifestCluster.RefuseUnreadable(cluster);
        var tester = new PolicyTester(cluster.Objects, cluster.Pods, inputs.Expectations);
        ManifestCluster.Print(tester.Problems);
        return tester.Run(Checks(tester, inputs));
    }

    /// <summary>The connections of every expectation.</summary>
    /// <exception cref="UsageException">One of them means nobody.</exception>
    internal static List<(PolicyExpectation Expectation, Model.EquatableArray<PolicyCheck> Checks)> Checks(PolicyTester tester, PolicyTestInputs inputs)
    {
        var planned = inputs.Expectations.Select(expectation => (Expectation: expectation, Found: tester.ChecksOf(expectation))).ToList();
        var problems = planned.SelectMany(item => item.Found.Problems).ToList();
        return problems.Count > 0
            ? throw new UsageException(string.Join('\n', problems))
            : planned.ConvertAll(item => (item.Expectation, item.Found.Checks));
    }

    private static void Write(string path, System.Xml.Linq.XDocument document)
    {
        try
        {
            using var writer = XmlWriter.Create(path, new XmlWriterSettings { Indent = true, CheckCharacters = false, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) });
            document.Save(writer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--junit {path} cannot be written: {error.Message}");
        }
    }
}
