using System.Text;
using System.Text.Json.Nodes;

namespace Weft.ApiServer;

/// <summary>Writes kubeconfig files.</summary>
internal static class KubeconfigFile
{
    public static string WithToken(string serverUrl, string clusterName, string caCertificatePem, string token) =>
        Write(serverUrl, clusterName, caCertificatePem, $"{clusterName}-admin", $"token: {token}");

    public static string WithCertificate(string serverUrl, string clusterName, string caCertificatePem, ClientIdentity identity) =>
        Write(serverUrl, clusterName, caCertificatePem, identity.User, $"""
            client-certificate-data: {Base64(identity.CertificatePem)}
                client-key-data: {Base64(identity.KeyPem)}
            """);

    private static string Write(string serverUrl, string clusterName, string caCertificatePem, string user, string credentials) => $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: {clusterName}
          cluster:
            server: {serverUrl}
            certificate-authority-data: {Base64(caCertificatePem)}
        users:
        - name: {Quoted(user)}
          user:
            {credentials}
        contexts:
        - name: {clusterName}
          context:
            cluster: {clusterName}
            user: {Quoted(user)}
        current-context: {clusterName}

        """;

    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
