namespace TaskAspire.AppHost.Settings;

/// <summary>What the stack is published for. Setting <c>Deployment</c>.</summary>
public enum DeploymentKind
{
    /// <summary>Azure Container Apps with Azure's own PostgreSQL and Redis. The default.</summary>
    Azure,

    /// <summary>A <c>docker-compose.yaml</c> with everything in it.</summary>
    Compose,
}
