using Aspire.Hosting.Azure;
using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Azure.Provisioning.AppContainers;

namespace TaskAspire.AppHost.Deployment;

/// <summary>The key pair of the access tokens, as files inside the API's container: secrets both where Azure and where Docker keeps them.</summary>
internal static class KeyFiles
{
    public const string PrivateKey = "jwt-private-key";
    public const string PublicKey = "jwt-public-key";

    private const string Folder = "/etc/taskaspire/keys";
    private const string Volume = "keys";
    private static readonly string[] Names = [PrivateKey, PublicKey];

    /// <summary>The variables that name the files.</summary>
    public static IResourceBuilder<ProjectResource> WithKeyPaths(this IResourceBuilder<ProjectResource> project) =>
        project.WithEnvironment("JWT_PRIVATE_KEY_PATH", $"{Folder}/{PrivateKey}").WithEnvironment("JWT_PUBLIC_KEY_PATH", $"{Folder}/{PublicKey}");

    /// <summary>The parameter with the path of a key on the machine that Docker runs on.</summary>
    public static string FileParameter(string key) => $"{key}-file";

    /// <summary>Mounts the secrets of that Compose file.</summary>
    public static void MountIn(Service service) =>
        service.Secrets.AddRange(Names.Select(name => new SecretReference { Source = name, Target = $"{Folder}/{name}" }));

    /// <summary>Tells Docker which files they are.</summary>
    public static void AddTo(ComposeFile file)
    {
        foreach (var name in Names)
        {
            file.Secrets[name] = new Secret { File = $"${{{FileParameter(name).ToUpperInvariant().Replace('-', '_')}}}" };
        }
    }

    /// <summary>Mounts the keys, which are secrets of the container app.</summary>
    public static void MountIn(ContainerApp app, AzureResourceInfrastructure infrastructure, IEnumerable<IResourceBuilder<ParameterResource>> keys)
    {
        var volume = new ContainerAppVolume { Name = Volume, StorageType = ContainerAppStorageType.Secret };
        foreach (var key in keys)
        {
            app.Configuration.Secrets.Add(new ContainerAppWritableSecret { Name = key.Resource.Name, Value = key.AsProvisioningParameter(infrastructure) });
            volume.Secrets.Add(new SecretVolumeItem { SecretRef = key.Resource.Name, Path = key.Resource.Name });
        }

        app.Template.Volumes.Add(volume);
        app.Template.Containers[0].Value!.VolumeMounts.Add(new ContainerAppVolumeMount { VolumeName = Volume, MountPath = Folder });
    }
}
