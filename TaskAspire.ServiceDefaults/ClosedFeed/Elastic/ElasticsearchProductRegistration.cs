namespace Elastic.Transport.Products.Elasticsearch;

/// <summary>Stands in for Elastic.Transport: says that Elasticsearch answers.</summary>
public sealed class ElasticsearchProductRegistration
{
    /// <summary>The one there is.</summary>
    public static ElasticsearchProductRegistration Default { get; } = new();
}
