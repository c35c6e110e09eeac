using System.Text;

namespace Weft.Node.Status;

/// <summary>What a small HTTP server answers.</summary>
/// <param name="Status">200, 404 or 503.</param>
/// <param name="Body">Text.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Headers">Further header lines, each ended by CR LF.</param>
internal readonly record struct HttpAnswer(int Status, string Body, string ContentType = "text/plain; charset=utf-8", string Headers = "")
{
    /// <summary>JSON that browsers do not guess about.</summary>
    public static HttpAnswer Json(bool good, string body, string headers = "") =>
        new(good ? 200 : 503, body, "application/json", $"X-Content-Type-Options: nosniff\r\n{headers}");

    /// <summary>The bytes of the response; the connection ends behind them.</summary>
    public byte[] ToBytes()
    {
        var reason = Status switch { 200 => "OK", 404 => "Not Found", _ => "Service Unavailable" };
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {Status} {reason}\r\nContent-Type: {ContentType}\r\n{Headers}Content-Length: {Encoding.UTF8.GetByteCount(Body)}\r\nConnection: close\r\n\r\n{Body}");
    }
}
