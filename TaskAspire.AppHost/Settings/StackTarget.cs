namespace TaskAspire.AppHost.Settings;

/// <summary>What the app model is made for this time; follows from the settings and from the mode in which the app host was started.</summary>
public enum StackTarget
{
    /// <summary>It runs here; servers are containers.</summary>
    Containers,

    /// <summary>It runs here; servers are local processes.</summary>
    LocalProcesses,

    /// <summary>It is published for Azure Container Apps.</summary>
    Azure,

    /// <summary>It is published for Docker Compose.</summary>
    Compose,
}
