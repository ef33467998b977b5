using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tags;

/// <summary>A tag as a client writes it.</summary>
public sealed record TagRequest : IValidatableObject
{
    /// <summary>1 to 50 characters; unique among the user's tags, upper and lower case being equal.</summary>
    [Required, TextLength(Tag.NameMaxLength, MinimumLength = 1, ErrorMessage = "The name must have 1 to 50 characters.")]
    public required string Name { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Name))
        {
            yield return new ValidationResult("The name must not be only white space.", [nameof(Name)]);
        }
    }
}

/// <summary>A tag as the API answers it.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Name">Its name.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record TagResponse(Guid Id, string Name, DateTimeOffset CreatedAt)
{
    internal static TagResponse From(Tag tag) => new(tag.Id, tag.Name, tag.CreatedAt);
}

/// <summary>Tags of a user, by name.</summary>
/// <param name="Items">The tags.</param>
/// <param name="Page">Number of the page, from 1.</param>
/// <param name="Limit">Most tags on a page.</param>
/// <param name="Total">How many tags the user has.</param>
public sealed record TagListResponse(IReadOnlyList<TagResponse> Items, int Page, int Limit, long Total);
