namespace TaskAspire.AppHost.Resources;

/// <summary>
/// <c>ops/</c>: the configuration of what watches the stack. It is baked into images, by the Dockerfiles beside it: files of this machine do
/// not travel to where the stack is deployed, and what runs here is then what is deployed.
/// </summary>
internal static class OpsDirectory
{
    /// <summary>A container by <c>ops/&lt;name&gt;/Dockerfile</c>, which pins the image that it begins with.</summary>
    public static IResourceBuilder<ContainerResource> AddOpsContainer(this StackModel stack, string name, string folder) =>
        stack.WithLifetime(stack.Builder.AddDockerfile(name, Path.GetFullPath(Path.Combine(stack.Builder.AppHostDirectory, "..", "ops", folder))));
}
