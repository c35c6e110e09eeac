using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weft.ApiServer;

/// <summary>The server's own certificate authority (ECDSA P-256). It lasts ten years; server certificates are made at every start.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const int Years = 10;

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2? _authority;
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

    /// <summary>The authority's own certificate.</summary>
    public X509Certificate2 Certificate => _authority!;

    public string CertificatePem => Certificate.ExportCertificatePem();

    /// <summary>A server certificate for these DNS names and addresses.</summary>
    public X509Certificate2 IssueServer(IEnumerable<string> names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }
        return Issue(new X500DistinguishedName("CN=weft-api-server"), ServerAuthentication, new DateTimeOffset(Certificate.NotAfter), alternatives.Build());
    }

    /// <summary>A client certificate: the common name is the user, the organizations are its groups.</summary>
    public X509Certificate2 IssueClient(string user, IEnumerable<string> groups, DateTimeOffset notAfter) => Issue(Subject(user, groups), ClientAuthentication, notAfter);

    public void Dispose() => _authority?.Dispose();

    private X509Certificate2 Issue(X500DistinguishedName subject, Oid purpose, DateTimeOffset notAfter, params ReadOnlySpan<X509Extension> more)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([purpose], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        foreach (var extension in more)
            request.CertificateExtensions.Add(extension);
        using var certificate = request.Create(Certificate, Start(), notAfter, RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>Written by hand, as names of users and groups may hold what the text form of names would have to escape.</summary>
    private static X500DistinguishedName Subject(string user, IEnumerable<string> groups)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (type, value) in groups.Select(group => (Organization: "2.5.4.10", group)).Append(("2.5.4.3", user)))
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }
        return new X500DistinguishedName(writer.Encode());
    }

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
