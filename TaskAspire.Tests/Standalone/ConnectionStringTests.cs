using TaskAspire.Standalone;
using TaskAspire.Standalone.Backing.Postgres;
using TaskAspire.Standalone.Backing.Redis;

namespace TaskAspire.Tests.Standalone;

public class ConnectionStringTests
{
    [Theory]
    [InlineData("postgresql://ada:p%40ss@db.example:6543/tasks", "Host=db.example;Port=6543;Username=ada;Password=p@ss;Database=tasks")]
    [InlineData("postgres://ada@db.example", "Host=db.example;Username=ada")]
    [InlineData("postgresql://ada:x@db.example/?sslmode=verify-full", "Host=db.example;Username=ada;Password=x;SSL Mode=VerifyFull")]
    [InlineData("postgresql://ada:x@db.example/?sslrootcert=/etc/my-ca.pem&application_name=my-app", "Host=db.example;Username=ada;Password=x;Root Certificate=/etc/my-ca.pem;Application Name=my-app")]
    [InlineData("postgresql://ada:x@[::1]:5432/tasks", "Host=::1;Port=5432;Username=ada;Password=x;Database=tasks")]
    [InlineData("Host=db;Username=ada", "Host=db;Username=ada")]
    public void PostgreSQL_is_named_by_url_or_connection_string(string value, string expected) =>
        Assert.Equal(expected, ExternalPostgres.Parse(value).ConnectionString);

    [Theory]
    [InlineData("redis://:p%40ss@cache.example:7000/3", "cache.example:7000,password=p@ss,defaultDatabase=3")]
    [InlineData("redis://ada:x@cache.example", "cache.example:6379,user=ada,password=x")]
    [InlineData("rediss://cache.example", "cache.example:6379,ssl=True")]
    [InlineData("cache:6379,password=x", "cache:6379,password=x")]
    public void Redis_is_named_by_url_or_connection_string(string value, string expected) =>
        Assert.Equal(expected, ExternalRedis.Parse(value).ToString(includePassword: true));

    [Theory]
    [InlineData("secret-nonsense")]
    [InlineData("postgresql://ada:secret@host:port/tasks")]
    public void What_is_neither_is_refused_without_repeating_it(string value)
    {
        var exception = Assert.Throws<StackException>(() => ExternalPostgres.Parse(value));

        Assert.Contains("--postgres", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }
}
