namespace TaskAspire.AppHost.Deployment;

/// <summary>Parameters of a deployment.</summary>
internal static class ParameterExtensions
{
    private const int PasswordLength = 24;

    /// <summary>A password that is made up unless it is given (<c>Parameters:&lt;name&gt;</c>). Letters and digits alone: some of them travel in URLs.</summary>
    public static IResourceBuilder<ParameterResource> AddSecret(this StackModel stack, string name) =>
        stack.Builder.AddParameter(name, new GenerateParameterDefault { MinLength = PasswordLength, Special = false }, secret: true);

    /// <summary>
    /// A parameter that is part of the deployment only when it is given; Aspire would ask for every one that there is. Like Aspire it takes <c>_</c> for
    /// <c>-</c>, which names of variables cannot have.
    /// </summary>
    public static IResourceBuilder<ParameterResource>? AddOptionalParameter(this IDistributedApplicationBuilder builder, string name, bool secret) =>
        IsGiven(builder, name) || IsGiven(builder, name.Replace('-', '_')) ? builder.AddParameter(name, secret) : null;

    private static bool IsGiven(IDistributedApplicationBuilder builder, string name) => builder.Configuration[$"Parameters:{name}"] is { Length: > 0 };
}
