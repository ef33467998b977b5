using Serilog.Events;

namespace Elastic.CommonSchema.Serilog;

/// <summary>Stands in for Elastic.CommonSchema.Serilog: a log event as a document of the Elastic Common Schema.</summary>
public sealed class LogEventEcsDocument
{
    /// <summary>What it was made from.</summary>
    public required LogEvent LogEvent { get; init; }

    /// <summary>The document: JSON in UTF-8, on one line.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }
}

/// <summary>Stands in for Elastic.CommonSchema.Serilog: which fields a document gets.</summary>
public sealed class EcsTextFormatterConfiguration<TEcsDocument>
{
    /// <summary><c>host.*</c>. Default: true.</summary>
    public bool IncludeHost { get; set; } = true;

    /// <summary><c>process.*</c>. Default: true.</summary>
    public bool IncludeProcess { get; set; } = true;

    /// <summary>The account that the process runs as. Default: true.</summary>
    public bool IncludeUser { get; set; } = true;

    /// <summary>Properties of an event that are left out.</summary>
    public ISet<string>? LogEventPropertiesToFilter { get; set; }

    /// <summary>How the values in a message are written.</summary>
    public IFormatProvider? MessageFormatProvider { get; set; }
}
