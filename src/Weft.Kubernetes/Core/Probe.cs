using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>One way to ask a container something: run a program, send an HTTP request, open a connection, call gRPC, or just wait.</summary>
public record ProbeHandler
{
    public ExecAction? Exec { get; init; }
    public HttpGetAction? HttpGet { get; init; }
    public TcpSocketAction? TcpSocket { get; init; }
    public GrpcAction? Grpc { get; init; }
    public SleepAction? Sleep { get; init; }
}

/// <summary>A question repeated to learn how a container is doing; null fields have upstream's defaults.</summary>
public sealed record Probe : ProbeHandler
{
    public int? InitialDelaySeconds { get; init; }
    public int? TimeoutSeconds { get; init; }
    public int? PeriodSeconds { get; init; }
    public int? SuccessThreshold { get; init; }
    public int? FailureThreshold { get; init; }
    public long? TerminationGracePeriodSeconds { get; init; }
}

/// <summary>A program to run in the container.</summary>
public sealed record ExecAction
{
    public EquatableArray<string> Command { get; init; }
}

/// <summary>An HTTP request to the pod.</summary>
public sealed record HttpGetAction
{
    public string? Path { get; init; }
    public IntOrString Port { get; init; }
    public string? Host { get; init; }
    public string? Scheme { get; init; }
    public EquatableArray<EnvVar> HttpHeaders { get; init; }
}

/// <summary>A connection to the pod.</summary>
public sealed record TcpSocketAction
{
    public IntOrString Port { get; init; }
    public string? Host { get; init; }
}

/// <summary>A call of the gRPC health service.</summary>
public sealed record GrpcAction
{
    public int Port { get; init; }
    public string? Service { get; init; }
}

/// <summary>Just wait.</summary>
public sealed record SleepAction
{
    public long Seconds { get; init; }
}
