using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Portability;

/// <summary>Imports. Section <c>Import</c>.</summary>
internal sealed class ImportOptions
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Import";

    /// <summary>Most tasks of one import.</summary>
    /// <value>Default: 100,000.</value>
    [Range(1, 1_000_000)]
    public int MaxTasks { get; set; } = 100_000;

    /// <summary>Largest file, in MiB. An import that is under way takes some five times its size in memory, and up to 160 MiB for 100,000 tasks however short.</summary>
    /// <value>Default: 128.</value>
    [Range(1, 1024)]
    public int MaxMebibytes { get; set; } = 128;

    /// <summary>Imports that an instance works on at a time, one of each user; more are answered 429 with `Retry-After`.</summary>
    /// <value>Default: 2.</value>
    [Range(1, 64)]
    public int AtOnce { get; set; } = 2;
}
