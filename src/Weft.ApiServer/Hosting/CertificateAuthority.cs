using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weft.ApiServer;

/// <summary>The server's own certificate authority (ECDSA P-256). It lasts ten years; server certificates are made at every start.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const int Years = 10;

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly X509Certificate2 _authority;
    private readonly TimeProvider _time;

    public CertificateAuthority(StateFolder state, TimeProvider time)
    {
        _time = time;
        var pem = state.Authority(Make);
        try
        {
            _authority = X509Certificate2.CreateFromPem(pem, pem);
        }
        catch (CryptographicException e)
        {
            throw new ApiServerException($"the certificate authority in the state folder is damaged: {e.Message}. Remove ca.pem to make a new one; kubeconfigs then change.", e);
        }
    }

    public string CertificatePem => _authority.ExportCertificatePem();

    /// <summary>A server certificate for these DNS names and addresses.</summary>
    public X509Certificate2 IssueServer(IEnumerable<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=weft-api-server", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        using var certificate = request.Create(_authority, Start(), new DateTimeOffset(_authority.NotAfter), RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose() => _authority.Dispose();

    private string Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=weft-ca-{RandomNumberGenerator.GetHexString(8, lowercase: true)}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.CreateSelfSigned(Start(), Start().AddYears(Years));
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>A day back, for clocks that differ, and never before the authority itself.</summary>
    private DateTimeOffset Start()
    {
        var start = _time.GetUtcNow().AddDays(-1);
        var earliest = _authority is null ? start : new DateTimeOffset(_authority.NotBefore);
        return start < earliest ? earliest : start;
    }
}
