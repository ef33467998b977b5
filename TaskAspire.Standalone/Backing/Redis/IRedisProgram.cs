using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Redis;

/// <summary>A program that speaks Redis's protocol.</summary>
internal interface IRedisProgram
{
    /// <summary>Name and version.</summary>
    string Description { get; }

    /// <summary>Its folder: the two kinds do not read each other's files.</summary>
    string DirectoryName { get; }

    /// <summary>The text of its configuration file.</summary>
    string Configuration(string directory, RedisServerOptions options);

    LaunchSpec Launch(string configurationFile);
}
