namespace TaskAspire.AppHost.Settings;

/// <summary>Where PostgreSQL, Redis and the rest come from while the stack is developed. Setting <c>Backing</c>.</summary>
public enum BackingKind
{
    /// <summary>Containers where a container runtime answers, otherwise <see cref="Embedded"/>. The default.</summary>
    Auto,

    /// <summary>Containers.</summary>
    Containers,

    /// <summary>Servers as local processes, started by TaskAspire.Standalone. What has no such form is left out.</summary>
    Embedded,
}
