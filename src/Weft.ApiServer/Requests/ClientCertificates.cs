using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weft.ApiServer.Requests;

/// <summary>Knows callers by the certificate of their connection: signed by our authority, for clients, valid now.</summary>
/// <remarks>The common name is the user, every organization a group (Kubernetes documentation, "X509 client certificates").</remarks>
internal sealed class ClientCertificates(X509Certificate2 authority, TimeProvider time)
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";

    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    // A connection keeps its certificate object, so a signature is checked once per connection.
    private readonly ConditionalWeakTable<X509Certificate2, Verdict> _known = [];

    /// <summary>The caller, or null when the certificate does not count.</summary>
    public Caller? Identify(X509Certificate2 certificate)
    {
        var now = time.GetUtcNow();
        if (now < new DateTimeOffset(certificate.NotBefore) || now > new DateTimeOffset(certificate.NotAfter))
            return null;
        return _known.GetValue(certificate, Judge).Caller;
    }

    private Verdict Judge(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        return new Verdict(chain.Build(certificate) ? Subject(certificate.SubjectName) : null);
    }

    /// <summary>Reads name and groups; several organizations may share one relative name, which is how Go writes them.</summary>
    /// <remarks><c>Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }</c> (RFC 5280, 4.1.2.4).</remarks>
    private static Caller? Subject(X500DistinguishedName subject)
    {
        var (name, groups) = ("", new List<string>());
        var names = new AsnReader(subject.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var relative = names.ReadSetOf(skipSortOrderValidation: true);
            while (relative.HasData)
            {
                var pair = relative.ReadSequence();
                var type = pair.ReadObjectIdentifier();
                if (type == CommonName)
                    name = Text(pair);
                else if (type == Organization)
                    groups.Add(Text(pair));
            }
        }
        return name.Length == 0 ? null : new Caller(name, groups);
    }

    private static string Text(AsnReader value) => value.ReadCharacterString((UniversalTagNumber)value.PeekTag().TagValue);

    private sealed record Verdict(Caller? Caller);
}
