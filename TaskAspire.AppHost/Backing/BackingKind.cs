namespace TaskAspire.AppHost.Backing;

/// <summary>Where PostgreSQL, Redis and the rest come from. Setting <c>Backing</c>.</summary>
public enum BackingKind
{
    /// <summary>Containers where a container runtime answers, else <see cref="Embedded"/>. The default.</summary>
    Auto,

    /// <summary>Containers.</summary>
    Containers,

    /// <summary>Servers as local processes, started by TaskAspire.Standalone, which then also runs the services.</summary>
    Embedded,
}
