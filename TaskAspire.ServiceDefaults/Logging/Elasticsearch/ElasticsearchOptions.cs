using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>
/// Where log events go besides the console. Section <c>Elasticsearch</c>; times are written <c>[d.]hh:mm:ss[.fff]</c>. <c>ELASTICSEARCH_URL</c>,
/// <c>ELASTICSEARCH_USERNAME</c> and <c>ELASTICSEARCH_PASSWORD</c> stand for the first three.
/// </summary>
public sealed class ElasticsearchOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Elasticsearch";

    /// <summary>Address of the cluster, <c>http</c> or <c>https</c>. It may hold a user and a password.</summary>
    /// <value>The default is none: log events go to no Elasticsearch.</value>
    public Uri? Url { get; set; }

    /// <summary>User, when <see cref="Url"/> names none.</summary>
    /// <value>The default is none: requests carry no credentials.</value>
    public string? Username { get; set; }

    /// <summary>Password of <see cref="Username"/>.</summary>
    /// <value>The default is none.</value>
    public string? Password { get; set; }

    /// <summary>Log events that wait in memory while Elasticsearch is slow or away; when it is full, newer ones are dropped and counted. An event takes about 3 KB; up to six batches are on their way besides.</summary>
    /// <value>The default is 20 000. From 100 to 1 000 000.</value>
    [Range(100, 1_000_000)]
    public int BufferSize { get; set; } = 20_000;

    /// <summary>Log events sent in one request at most.</summary>
    /// <value>The default is 1000. From 1 to 10 000.</value>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 1_000;

    /// <summary>How long a log event waits for others to be sent with.</summary>
    /// <value>The default is 2 s. From 1 s to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan BatchAge { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What one request may take, from connect to last byte.</summary>
    /// <value>The default is 15 s. From 100 ms to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long to wait after a request that failed; twice as long after each further one.</summary>
    /// <value>The default is 1 s. From 10 ms to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two tries, also where <c>Retry-After</c> asks for a longer one.</summary>
    /// <value>The default is 30 s. From 10 ms to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for what is left to be sent.</summary>
    /// <value>The default is 5 s. From 0 to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
