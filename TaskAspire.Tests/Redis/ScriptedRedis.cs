using System.Reflection;
using StackExchange.Redis;

namespace TaskAspire.Tests.Redis;

/// <summary>A connection to Redis that is there, and whose answers to probes, and to writes, are a test's.</summary>
public class ScriptedRedis : DispatchProxy
{
    private Func<Task<bool>> _write = () => Task.FromResult(true);

    internal static IConnectionMultiplexer Create(Func<Task<bool>> write)
    {
        var redis = Create<IConnectionMultiplexer, ScriptedRedis>();
        ((ScriptedRedis)redis)._write = write;
        return redis;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        "get_IsConnected" => true,
        nameof(IConnectionMultiplexer.GetDatabase) => ScriptedDatabase.Create(_write),
        _ when targetMethod.IsSpecialName => null,
        _ => throw new NotSupportedException(targetMethod.Name),
    };
}

/// <summary>The database of <see cref="ScriptedRedis"/>.</summary>
public class ScriptedDatabase : DispatchProxy
{
    private Func<Task<bool>> _write = () => Task.FromResult(true);

    internal static IDatabase Create(Func<Task<bool>> write)
    {
        var database = Create<IDatabase, ScriptedDatabase>();
        ((ScriptedDatabase)database)._write = write;
        return database;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(IDatabase.StringSetAsync) => _write(),
        nameof(IDatabase.ScriptEvaluateAsync) => ProbeAsync(),
        nameof(IDatabase.PingAsync) => Task.FromResult(TimeSpan.Zero),
        _ => throw new NotSupportedException(targetMethod.Name),
    };

    private async Task<RedisResult> ProbeAsync() => RedisResult.Create(await _write() ? 1 : 0);
}
