namespace TaskAspire.Data;

/// <summary>
/// Constraints whose violation is an answer to the client (409) rather than a fault. The database decides conflicts;
/// no code reads first and writes afterwards.
/// </summary>
public static class ConstraintNames
{
    /// <summary>An account has an id of its own.</summary>
    public const string UserId = "pk_users";

    /// <summary>One account for an e-mail address.</summary>
    public const string UserEmail = "ux_users_normalized_email";

    /// <summary>A user's categories have different names, upper and lower case being equal.</summary>
    public const string CategoryName = "ux_categories_user_id_name_key";

    /// <summary>A user's tags have different names, upper and lower case being equal.</summary>
    public const string TagName = "ux_tags_user_id_name_key";

    /// <summary>Whether a foreign key names the owner of a row; all of those end alike.</summary>
    public static bool IsOwner(string? foreignKey) => foreignKey?.EndsWith("_users_user_id", StringComparison.Ordinal) == true;
}
