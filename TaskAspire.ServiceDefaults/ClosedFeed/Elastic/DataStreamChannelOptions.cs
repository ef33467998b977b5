using Elastic.Channels;

namespace Elastic.Ingest.Elasticsearch.DataStreams;

/// <summary>Stands in for Elastic.Ingest.Elasticsearch: <c>type-dataset-namespace</c>.</summary>
public sealed record DataStreamName
{
    /// <summary>A name of these parts, in lower case.</summary>
    public DataStreamName(string type, string dataSet = "generic", string @namespace = "default")
    {
        Type = type.ToLowerInvariant();
        DataSet = dataSet.ToLowerInvariant();
        Namespace = @namespace.ToLowerInvariant();
    }

    /// <summary>The kind of data: <c>logs</c>.</summary>
    public string Type { get; }

    /// <summary>Where the data comes from.</summary>
    public string DataSet { get; }

    /// <summary>A grouping of the operator's, such as an environment.</summary>
    public string Namespace { get; }

    /// <inheritdoc />
    public override string ToString() => $"{Type}-{DataSet}-{Namespace}";
}

/// <summary>Stands in for Elastic.Ingest.Elasticsearch: how events are buffered, and who hears of those that are lost.</summary>
public sealed class DataStreamChannelOptions<TEvent>
{
    /// <summary>The buffer.</summary>
    public BufferOptions BufferOptions { get; set; } = new();

    /// <summary>Called for each event that finds the buffer full.</summary>
    public Action? PublishToInboundChannelFailureCallback { get; set; }

    /// <summary>Called with the events of a request that is given up.</summary>
    public Action<IReadOnlyCollection<TEvent>>? ExportMaxRetriesCallback { get; set; }

    /// <summary>No statistics for people who debug the channel. The replacement keeps none.</summary>
    public bool DisableDiagnostics { get; set; }
}
