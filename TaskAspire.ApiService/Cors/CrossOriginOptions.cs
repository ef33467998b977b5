using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Cors;

/// <summary>Which web pages may call the API from a browser. Section <c>Cors</c>.</summary>
internal sealed class CrossOriginOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Cors";

    /// <summary>The entry that stands for every origin.</summary>
    internal const string AnyOrigin = "*";

    /// <summary>
    /// Origins of the web pages whose scripts may call the API: scheme, host and port, as <c>https://app.example.com</c>; or <c>*</c> for all, which gives nothing away
    /// by itself, as credentials are headers that a page must know, never cookies.
    /// </summary>
    /// <value>Default: none. <c>appsettings.Development.json</c> allows all.</value>
    public IList<string> Origins { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Origins.Where(origin => !IsOrigin(origin)).Select(origin => new ValidationResult(
            $"{Section}:{nameof(Origins)} has '{origin}', which is not an origin as browsers send it, such as https://app.example.com: no path, no slash at its end, no port that goes without saying.", [nameof(Origins)]));

    /// <summary>RFC 6454 §6.2. Schemes besides http and https are those of apps that are pages inside: <c>capacitor://localhost</c>.</summary>
    private static bool IsOrigin(string text) => text == AnyOrigin
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Host.Length: > 0, UserInfo: "" }
            && !text.Contains('*', StringComparison.Ordinal) && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase));
}
