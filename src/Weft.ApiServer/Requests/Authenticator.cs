using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Requests;

/// <summary>Knows callers by their client certificate or their bearer token; a certificate that counts for nothing does not stand in a token's way.</summary>
internal sealed class Authenticator(string adminToken, ClientCertificates certificates)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _digest = SHA256.HashData(Encoding.UTF8.GetBytes(adminToken));

    /// <exception cref="StatusException">401: nobody we know.</exception>
    public Caller Authenticate(HttpContext context)
    {
        if (context.Connection.ClientCertificate is { } certificate && certificates.Identify(certificate) is { } caller)
            return caller;
        return HasToken(context.Request) ? Caller.Administrator : throw Status.Unauthorized();
    }

    private bool HasToken(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()), digest);
        return CryptographicOperations.FixedTimeEquals(digest, _digest);
    }
}
