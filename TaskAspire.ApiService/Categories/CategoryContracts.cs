using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Categories;

/// <summary>A category as a client writes it.</summary>
public sealed record CategoryRequest : IValidatableObject
{
    /// <summary>1 to 100 characters; unique among the user's categories, upper and lower case being equal.</summary>
    [Required, TextLength(Category.NameMaxLength, MinimumLength = 1, ErrorMessage = "The name must have 1 to 100 characters.")]
    public required string Name { get; init; }

    /// <summary>A colour as <c>#rrggbb</c>.</summary>
    [Pattern("^#[0-9a-fA-F]{6}$", ErrorMessage = "The color must be written as #rrggbb.")]
    public string? Color { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Name))
        {
            yield return new ValidationResult("The name must not be only white space.", [nameof(Name)]);
        }
    }
}

/// <summary>What a merge patch of a category can hold.</summary>
[RulesOf(typeof(CategoryRequest))]
public sealed record CategoryPatch
{
    /// <summary>1 to 100 characters.</summary>
    public string? Name { get; init; }

    /// <summary>A colour as <c>#rrggbb</c>, or null for none.</summary>
    public string? Color { get; init; }
}

/// <summary>A category as the API answers it.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Name">Its name.</param>
/// <param name="Color">A colour as <c>#rrggbb</c>.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC.</param>
public sealed record CategoryResponse(Guid Id, string Name, string? Color, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static CategoryResponse From(Category category) =>
        new(category.Id, category.Name, category.Color, category.CreatedAt, category.UpdatedAt);
}

/// <summary>All categories of a user, by name.</summary>
/// <param name="Items">The categories.</param>
public sealed record CategoryListResponse(IReadOnlyList<CategoryResponse> Items);
