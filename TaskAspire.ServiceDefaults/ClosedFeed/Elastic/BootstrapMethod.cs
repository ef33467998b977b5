namespace Elastic.Ingest.Elasticsearch;

/// <summary>Stands in for Elastic.Ingest.Elasticsearch: whether the sink installs Elastic's own templates. The replacement knows the one way that the services use.</summary>
public enum BootstrapMethod
{
    /// <summary>It does not.</summary>
    None,
}
