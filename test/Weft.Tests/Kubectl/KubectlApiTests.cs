namespace Weft.Tests.Kubectl;

/// <summary>A day with kubectl: the verbs that people type, against the real server.</summary>
public sealed class KubectlApiTests
{
    private const string Manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - {name: web, image: "weft/host"}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports:
          - {port: 80, targetPort: 8080}
        """;

    [Fact]
    public async Task Manifests_are_applied_read_changed_and_deleted()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var session = await KubectlSession.StartAsync();
        await session.SaysAsync("deployment.apps/web created\nservice/web created", Manifest, "apply", "-f", "-");
        await session.SaysAsync("deployment.apps/web unchanged\nservice/web unchanged", Manifest, "apply", "-f", "-");
        await session.SaysAsync("deployment.apps/web serverside-applied", Manifest, "apply", "--server-side", "-f", "-");
        await session.SaysAsync("web    0/2     0            0", null, "get", "deployments");
        await session.SaysAsync("service/web          ClusterIP   10.96.1.1", null, "get", "all");
        await session.SaysAsync("CONTAINERS   IMAGES      SELECTOR", null, "get", "deploy", "-o", "wide");
        await session.SaysAsync("deployment.apps/web scaled", null, "scale", "deploy/web", "--replicas=5");
        await session.SaysAsync("deployment.apps/web patched", null, "patch", "deploy", "web", "--type=json", "-p", """[{"op":"replace","path":"/spec/replicas","value":3}]""");
        await session.SaysAsync("3", null, "get", "deploy", "web", "-o", "jsonpath={.spec.replicas}");
        await session.SaysAsync("image updated", null, "set", "image", "deploy/web", "web=other");
        await session.SaysAsync("web labeled", null, "label", "svc", "web", "tier=front");
        await session.SaysAsync("service/web", null, "get", "svc", "-l", "tier in (front)", "-o", "name");
        await session.SaysAsync("web annotated", null, "annotate", "svc", "web", "note=1");
        await session.SaysAsync("Selector:                 app=web", null, "describe", "svc", "web");
        await session.SaysAsync("deployment.apps/web restarted", null, "rollout", "restart", "deploy/web");
        await session.SaysAsync("service/web replaced", Manifest.Split("---")[1], "replace", "-f", "-");
        await session.SaysAsync("deployment.apps \"web\" deleted", Manifest, "delete", "-f", "-");
    }

    /// <summary>These go through Go types, which kubectl 1.32 and later send as protobuf.</summary>
    [Fact]
    public async Task Objects_are_made_from_the_command_line()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var session = await KubectlSession.StartAsync();
        await session.SaysAsync("namespace/team created", null, "create", "namespace", "team");
        await session.SaysAsync("configmap/c created", null, "create", "configmap", "c", "--from-literal=a=b", "-n", "team");
        await session.SaysAsync("secret/s created", null, "create", "secret", "generic", "s", "--from-literal=a=b", "-n", "team");
        await session.SaysAsync("Yg==", null, "get", "secret", "s", "-n", "team", "-o", "jsonpath={.data.a}");
        await session.SaysAsync("deployment.apps/d created", null, "create", "deployment", "d", "--image=x", "--replicas=0", "--port=80");
        await session.SaysAsync("0 80", null, "get", "deployment", "d", "-o", "jsonpath={.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}");
        await session.SaysAsync("service/d exposed", null, "expose", "deployment", "d", "--port=80");
        await session.SaysAsync("pod/p created", null, "run", "p", "--image=x", "--env=A=B");
        await session.SaysAsync("p      0/1     Pending   0", null, "get", "pods");
        await session.SaysAsync("yes", null, "auth", "can-i", "create", "pods");
        await session.SaysAsync("pod \"p\" deleted", null, "delete", "pod", "p");
        await session.SaysAsync("namespace \"team\" deleted", null, "delete", "namespace", "team", "--wait=false");
        await session.SaysAsync("team              Terminating", null, "get", "namespaces");
    }

    [Fact]
    public async Task Mistakes_are_answered_in_the_words_of_kubernetes()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var session = await KubectlSession.StartAsync();
        await session.FailsAsync("Error from server (NotFound): pods \"none\" not found", null, "get", "pod", "none");
        await session.FailsAsync("the server doesn't have a resource type \"gadgets\"", null, "get", "gadgets");
        await session.FailsAsync("namespaces \"nowhere\" not found", null, "create", "configmap", "c", "-n", "nowhere");
        await session.FailsAsync("unknown field \"spec.colour\"", Manifest.Replace("replicas:", "colour:", StringComparison.Ordinal), "apply", "-f", "-");
        await session.FailsAsync("no matches for kind \"Gadget\"", "apiVersion: v1\nkind: Gadget\nmetadata: {name: a}", "apply", "-f", "-");
        await session.FailsAsync("The Pod \"p\" is invalid", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: []}", "apply", "-f", "-");
        await session.FailsAsync("timed out waiting for the condition", null, "wait", "--for=condition=Ready", "svc/kubernetes", "--timeout=1s");
    }
}
