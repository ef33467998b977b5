namespace TaskAspire.Data.Tasks;

/// <summary>
/// Case-insensitive uniqueness of names, decided in .NET so that it does not depend on the collation a server was set up with.
/// </summary>
public static class NameKeys
{
    /// <summary>The form in which two spellings of the same name are equal.</summary>
    public static string Of(string name) => name.Trim().ToLowerInvariant();
}
