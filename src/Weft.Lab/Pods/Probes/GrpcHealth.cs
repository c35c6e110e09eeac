using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Weft.Lab.Pods.Probes;

/// <summary>Calls the health service of a gRPC server: HTTP/2 without TLS, as a kubelet does.</summary>
/// <remarks>
/// <code>
/// POST /grpc.health.v1.Health/Check      message = compressed:8 length:32 bytes      trailer: grpc-status
/// HealthCheckRequest  { string service = 1 }      HealthCheckResponse { ServingStatus status = 1 }
/// </code>
/// Sources: gRPC over HTTP/2 (PROTOCOL-HTTP2.md), GRPC Health Checking Protocol.
/// </remarks>
internal static class GrpcHealth
{
    private const int PrefixLength = 5;
    private const byte FieldOneText = 0x0A;
    private const byte FieldOneNumber = 0x08;
    private const int Serving = 1;
    private const string Ok = "0";
    private const string Unimplemented = "12";
    private static readonly string[] Statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    /// <summary>Asks once; the outcome is in the kubelet's words.</summary>
    public static async Task<ProbeOutcome> CheckAsync(HttpMessageInvoker http, string authority, string service, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{authority}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Request(service)) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("user-agent", "kube-probe/1.33 grpc");
        using var response = await http.SendAsync(request, ct).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
            return new ProbeOutcome(false, $"error: health rpc probe failed: unexpected HTTP status code {(int)response.StatusCode}");
        var code = Field(response, "grpc-status") ?? "";
        return code switch
        {
            Ok => Judge(body),
            Unimplemented => new ProbeOutcome(false, $"error: this server does not implement the grpc health protocol (grpc.health.v1.Health): {Field(response, "grpc-message")}"),
            _ => new ProbeOutcome(false, $"error: health rpc probe failed: rpc error: code = {code} desc = {Field(response, "grpc-message")}"),
        };
    }

    private static byte[] Request(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        byte[] message = name.Length == 0 ? [] : [FieldOneText, .. Varint(name.Length), .. name];
        var framed = new byte[PrefixLength + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed, PrefixLength);
        return framed;
    }

    // Protocol buffers: seven bits at a time, the lowest first.
    private static IEnumerable<byte> Varint(int value)
    {
        for (; value > 0x7F; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }

    // An answer without the field has its default, 0: UNKNOWN.
    private static ProbeOutcome Judge(ReadOnlySpan<byte> body)
    {
        if (body.Length < PrefixLength || body[0] != 0)
            return new ProbeOutcome(false, "error: health rpc probe failed: the answer is no uncompressed message");
        var message = body[PrefixLength..];
        var status = message is [FieldOneNumber, var number, ..] ? number : 0;
        return status == Serving
            ? ProbeOutcome.Ok
            : new ProbeOutcome(false, $"service unhealthy (responded with \"{(status < Statuses.Length ? Statuses[status] : status.ToString(System.Globalization.CultureInfo.InvariantCulture))}\")");
    }

    // An answer without a body has its status among the headers.
    private static string? Field(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailer) ? trailer.First()
        : response.Headers.TryGetValues(name, out var header) ? header.First()
        : null;
}
