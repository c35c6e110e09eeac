using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.StandIns;

/// <summary>The body of an answer; its keys are those of the small stand-in and of docs/lab.md.</summary>
internal static class StandInBody
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it.</summary>
    public static byte[] Write(PodIdentity pod, HttpContext context, string target)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain))
        {
            json.WriteStartObject();
            json.WriteString("pod", pod.Name);
            json.WriteString("namespace", pod.Namespace);
            json.WriteString("node", pod.Node);
            json.WriteString("ip", pod.Ip);
            json.WriteString("client", ClientOf(context));
            json.WriteString("method", context.Request.Method);
            json.WriteString("path", target);
            json.WriteString("host", context.Request.Headers.Host.ToString());
            json.WriteStartObject("headers");
            foreach (var (name, values) in context.Request.Headers.Where(header => !header.Key.StartsWith(':')))
                json.WriteString(name.ToLowerInvariant(), string.Join(", ", values.AsEnumerable()));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static string ClientOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { } address => address.ToString(),
        null => "",
    };
}
