using System.Text;

namespace Weft.ApiServer;

/// <summary>Writes kubeconfig files.</summary>
internal static class KubeconfigFile
{
    public static string Write(string serverUrl, string clusterName, string caCertificatePem, string token) => $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: {clusterName}
          cluster:
            server: {serverUrl}
            certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(caCertificatePem))}
        users:
        - name: {clusterName}-admin
          user:
            token: {token}
        contexts:
        - name: {clusterName}
          context:
            cluster: {clusterName}
            user: {clusterName}-admin
        current-context: {clusterName}

        """;
}
