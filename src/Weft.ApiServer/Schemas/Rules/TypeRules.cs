using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Weft.ApiServer.Schemas.Rules;

/// <summary>What the notation cannot say of a type: defaults and checks that look at several fields.</summary>
/// <param name="Default">Sets further defaults, after those of the fields and of everything below.</param>
/// <param name="Validate">Checks one object; its fields have been checked.</param>
/// <param name="Update">Checks a change of a whole kind against the stored object.</param>
internal sealed record TypeRules(
    Action<JsonObject>? Default = null,
    Action<JsonObject, Validation.Validation>? Validate = null,
    Action<JsonObject, JsonObject, Validation.Validation>? Update = null)
{
    private static readonly FrozenDictionary<string, TypeRules> All = new Dictionary<string, TypeRules>(StringComparer.Ordinal)
    {
        ["meta.LabelSelector"] = new(Validate: SelectorRules.Validate),
        ["core.Pod"] = new(PodDefaults.Pod, PodRules.Pod, PodUpdateRules.Validate),
        ["core.PodSpec"] = new(PodDefaults.Spec, PodRules.Spec),
        ["core.PodTemplateSpec"] = new(Validate: PodRules.Template),
        ["core.Container"] = new(PodDefaults.Container, ContainerRules.Validate),
        ["core.EphemeralContainer"] = new(PodDefaults.Container, ContainerRules.Validate),
        ["core.ContainerPort"] = new(Validate: ContainerRules.Port),
        ["core.EnvVar"] = new(Validate: ContainerRules.Environment),
        ["core.EnvFromSource"] = new(Validate: ContainerRules.EnvironmentSource),
        ["core.Probe"] = new(Validate: ProbeRules.Probe),
        ["core.LifecycleHandler"] = new(Validate: ProbeRules.Lifecycle),
        ["core.HTTPGetAction"] = new(Validate: ProbeRules.Port),
        ["core.TCPSocketAction"] = new(Validate: ProbeRules.Port),
        ["core.GRPCAction"] = new(Validate: ProbeRules.GrpcPort),
        ["core.ExecAction"] = new(Validate: ProbeRules.Exec),
        ["core.ResourceRequirements"] = new(Validate: ResourceRules.Validate),
        ["core.Volume"] = new(VolumeRules.Default, VolumeRules.Validate),
        ["core.VolumeMount"] = new(Validate: VolumeRules.Mount),
        ["core.Toleration"] = new(Validate: SchedulingRules.Toleration),
        ["core.TopologySpreadConstraint"] = new(Validate: SchedulingRules.Spread),
        ["core.NodeSelector"] = new(Validate: SchedulingRules.NodeSelector),
        ["core.NodeSelectorRequirement"] = new(Validate: SchedulingRules.NodeRequirement),
        ["core.Service"] = new(ServiceDefaults.Service, ServiceRules.Validate, ServiceAddressRules.Update),
        ["core.ServicePort"] = new(ServiceDefaults.Port, ServiceRules.Port),
        ["core.Endpoints"] = new(Validate: EndpointRules.Endpoints),
        ["core.ConfigMap"] = new(Validate: ConfigRules.ConfigMap, Update: ConfigRules.ConfigMapUpdate),
        ["core.Secret"] = new(ConfigRules.SecretDefault, ConfigRules.Secret, ConfigRules.SecretUpdate),
        ["core.Namespace"] = new(ConfigRules.NamespaceDefault),
        ["core.Event"] = new(Validate: EventRules.Validate),
        ["core.Node"] = new(NodeRules.Default, NodeRules.Validate, NodeRules.Update),
        ["apps.Deployment"] = new(Validate: WorkloadRules.Deployment, Update: WorkloadRules.Immutable),
        ["apps.DeploymentStrategy"] = new(WorkloadRules.StrategyDefault, WorkloadRules.Strategy),
        ["apps.ReplicaSet"] = new(WorkloadRules.ReplicaSetDefault, WorkloadRules.ReplicaSet, WorkloadRules.Immutable),
        ["apps.StatefulSet"] = new(Validate: WorkloadRules.ReplicaSet, Update: SetRules.StatefulSetUpdate),
        ["apps.StatefulSetUpdateStrategy"] = new(WorkloadRules.PartitionDefault),
        ["apps.DaemonSet"] = new(Validate: WorkloadRules.ReplicaSet, Update: WorkloadRules.Immutable),
        ["apps.DaemonSetUpdateStrategy"] = new(WorkloadRules.UnavailableDefault, SetRules.DaemonSetStrategy),
        ["apps.ControllerRevision"] = new(Update: SetRules.RevisionUpdate),
        ["batch.Job"] = new(JobRules.Default, JobRules.Validate, JobRules.Update),
        ["coordination.Lease"] = new(Validate: CoordinationRules.Lease),
        ["discovery.EndpointSlice"] = new(Validate: EndpointRules.Slice, Update: EndpointRules.SliceUpdate),
        ["networking.NetworkPolicySpec"] = new(PolicyRules.Default, PolicyRules.Validate),
        ["networking.NetworkPolicyPort"] = new(Validate: PolicyRules.Port),
        ["networking.NetworkPolicyPeer"] = new(Validate: PolicyRules.Peer),
        ["networking.IPBlock"] = new(Validate: PolicyRules.Block),
        ["policy.ClusterNetworkPolicySpec"] = new(Validate: ClusterPolicyRules.Spec),
        ["policy.ClusterNetworkPolicySubject"] = new(Validate: ClusterPolicyRules.OneField),
        ["policy.ClusterNetworkPolicyIngressRule"] = new(Validate: ClusterPolicyRules.IngressRule),
        ["policy.ClusterNetworkPolicyEgressRule"] = new(Validate: ClusterPolicyRules.EgressRule),
        ["policy.ClusterNetworkPolicyIngressPeer"] = new(Validate: ClusterPolicyRules.OneField),
        ["policy.ClusterNetworkPolicyEgressPeer"] = new(Validate: ClusterPolicyRules.EgressPeer),
        ["policy.ClusterNetworkPolicyProtocol"] = new(Validate: ClusterPolicyRules.OneField),
        ["policy.ClusterNetworkPolicyPorts"] = new(Validate: ClusterPolicyRules.AtLeastOneField),
        ["policy.Port"] = new(Validate: ClusterPolicyRules.OneField),
        ["policy.PortRange"] = new(Validate: ClusterPolicyRules.PortRange),
        ["apiextensions.CustomResourceDefinition"] = new(Validate: DefinitionRules.Validate),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static TypeRules? For(string qualifiedName) => All.GetValueOrDefault(qualifiedName);
}
