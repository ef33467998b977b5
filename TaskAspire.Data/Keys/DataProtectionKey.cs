namespace TaskAspire.Data.Keys;

/// <summary>A key of the ring that encrypts webhook secrets. It is made and read by ASP.NET Core Data Protection, through <see cref="KeyRingTable"/>.</summary>
public sealed class DataProtectionKey
{
    /// <summary>In the order in which keys were added.</summary>
    public int Id { get; init; }

    /// <summary>What Data Protection calls it.</summary>
    public string? FriendlyName { get; init; }

    /// <summary>The key, its dates, or what was revoked.</summary>
    public string? Xml { get; init; }
}
