namespace Weft.ApiServer;

/// <summary>A client certificate and its key.</summary>
/// <param name="User">The user it stands for.</param>
/// <param name="CertificatePem">The certificate, as PEM.</param>
/// <param name="KeyPem">Its key: PKCS#8, as PEM.</param>
public sealed record ClientIdentity(string User, string CertificatePem, string KeyPem);
