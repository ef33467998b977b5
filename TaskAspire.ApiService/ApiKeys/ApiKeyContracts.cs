using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.ApiKeys;

/// <summary>Asks for an API key.</summary>
public sealed record ApiKeyRequest : IValidatableObject
{
    /// <summary>Most scopes in a list: more than there are, and few enough to say what is wrong with each.</summary>
    private const int MaxScopes = 50;

    /// <summary>What its owner calls it: 1 to 100 characters.</summary>
    [Required]
    [VisibleName]
    public required string Name { get; init; }

    /// <summary>What it may do: any of <c>tasks:read</c>, <c>tasks:write</c> and <c>webhooks:manage</c>. None contains another.</summary>
    [Required, MinLength(1, ErrorMessage = "Give at least one scope."), MaxLength(MaxScopes, ErrorMessage = "Give each scope once."), Words(AuthPolicies.TasksRead, AuthPolicies.TasksWrite, AuthPolicies.WebhooksManage)]
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>When it expires, UTC. Left out: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        for (var i = 0; i < Scopes.Count; i++)
        {
            if (!AuthPolicies.Scopes.Contains(Scopes[i]))
            {
                yield return new ValidationResult($"There is no such scope; there are {string.Join(", ", AuthPolicies.Scopes)}.", [$"Scopes[{i}]"]);
            }
        }

        if (ExpiresAt <= validationContext.GetRequiredService<TimeProvider>().Now())
        {
            yield return new ValidationResult("The time must be in the future.", [nameof(ExpiresAt)]);
        }
    }
}

/// <summary>An API key, without the key itself.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Prefix">The first characters of the key, to tell keys apart.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC; null: never.</param>
/// <param name="LastUsedAt">UTC, to the minute; null: never.</param>
public record ApiKeyResponse(
    Guid Id, string Name, string Prefix, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt)
{
    internal ApiKeyResponse(ApiKey key)
        : this(key.Id, key.Name, key.Prefix, key.Scopes, key.CreatedAt, key.ExpiresAt, key.LastUsedAt)
    {
    }
}

/// <summary>The answer to creating a key: the only one that holds it.</summary>
public sealed record ApiKeyCreatedResponse : ApiKeyResponse
{
    internal ApiKeyCreatedResponse(ApiKey stored, string key)
        : base(stored) => Key = key;

    /// <summary>To be sent as <c>X-API-Key</c>, or as <c>Authorization: Bearer</c>. Not shown again.</summary>
    [JsonPropertyOrder(1)]
    public string Key { get; }
}

/// <summary>The API keys of a user, oldest first.</summary>
/// <param name="Items">The keys, expired ones included.</param>
public sealed record ApiKeyListResponse(IReadOnlyList<ApiKeyResponse> Items);
