using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Ranges from which cluster IPs are taken (<c>networking.k8s.io/v1</c>, since Kubernetes 1.33).</summary>
public sealed record ServiceCidr : KubeObject<ServiceCidr>, IKubeObject<ServiceCidr>
{
    public static ResourceType Resource { get; } = new("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR", Namespaced: false);
    public ServiceCidrSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>One block per family.</summary>
public sealed record ServiceCidrSpec
{
    public EquatableArray<string> Cidrs { get; init; }
}
