namespace TaskAspire.AppHost.Settings;

/// <summary>What the app model is made for this time: the settings and the mode that the app host was started in, come to one word.</summary>
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
