namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// The lock under which a user's tags are made. Whoever makes tags several times in a transaction (bulk, import) does so in no common order, and two of
/// them would lock each other out.
/// </summary>
internal static class TagLock
{
    /// <summary>What <c>pg_advisory_xact_lock(hashtextextended(…, 0))</c> takes.</summary>
    public static string KeyOf(Guid userId) => "new tags of " + userId;
}
