using System.Globalization;

namespace TaskAspire.Standalone.Processes;

/// <summary>An account of this machine.</summary>
internal sealed record UnixUser(string Name, uint UserId, uint GroupId)
{
    // postgres: exists where a PostgreSQL package is installed. nobody: exists everywhere.
    private static readonly string[] Unprivileged = ["postgres", "nobody"];

    /// <summary>
    /// The account that a server which refuses root runs under: the one its data belongs to, once there is some. Null when this process is not root.
    /// </summary>
    /// <param name="data">The server's data directory, which need not exist.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="StackException">This machine has no such account, or the data belongs to an account that is not for servers.</exception>
    public static async Task<UnixUser?> ForServersAsync(string data, CancellationToken cancellationToken)
    {
        if (!UnixCalls.IsRoot)
        {
            return null;
        }
        var users = await ReadAsync(cancellationToken);
        var servers = Unprivileged.Select(name => users.FirstOrDefault(user => user.Name == name)).OfType<UnixUser>().ToList();
        if (servers is [])
        {
            throw new StackException(
                "PostgreSQL refuses to run as root, and /etc/passwd has neither 'postgres' nor 'nobody' to run it as. "
                + "Start as an ordinary user, or give a server that runs already with --postgres.");
        }
        return await OwnerAsync(data, cancellationToken) is not { } owner ? servers[0]
            // Not always the first: a package may have brought that account after the data was made.
            : servers.FirstOrDefault(user => user.UserId == owner) ?? throw Belongs(data, owner, users, servers[0]);
    }

    private static StackException Belongs(string data, uint owner, IEnumerable<UnixUser> users, UnixUser server)
    {
        var name = users.FirstOrDefault(user => user.UserId == owner)?.Name ?? string.Create(CultureInfo.InvariantCulture, $"user {owner}");
        return new StackException(owner == 0
            ? $"{data} belongs to root, and PostgreSQL refuses to run as root. Give it to another account: chown -R {server.Name} '{data}'"
            : $"{data} belongs to {name}, who could not use what root adds to it. Start as {name}, or choose another data directory with {Options.OptionNames.DataDirectory}.");
    }

    /// <summary>Whether somebody who is neither owner nor in the group gets as far as <paramref name="path"/>.</summary>
    public static bool Reaches(string path)
    {
        for (var directory = new DirectoryInfo(Path.GetFullPath(path)); directory is not null; directory = directory.Parent)
        {
            if (directory.Exists && !directory.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whose a directory is; null when it does not exist, or this system has no <c>stat</c> of GNU's kind.</summary>
    private static async Task<uint?> OwnerAsync(string directory, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(directory) || Executables.Find("stat") is not { } stat)
        {
            return null;
        }
        var answer = await Command.RunAsync(new LaunchSpec(stat, "-c", "%u", directory), cancellationToken);
        return uint.TryParse(answer.Output, CultureInfo.InvariantCulture, out var owner) ? owner : null;
    }

    private static async Task<List<UnixUser>> ReadAsync(CancellationToken cancellationToken)
    {
        List<UnixUser> users = [];
        await foreach (var line in File.ReadLinesAsync("/etc/passwd", cancellationToken))
        {
            if (line.Split(':') is [var name, _, var user, var group, ..]
                && uint.TryParse(user, CultureInfo.InvariantCulture, out var userId)
                && uint.TryParse(group, CultureInfo.InvariantCulture, out var groupId))
            {
                users.Add(new UnixUser(name, userId, groupId));
            }
        }
        return users;
    }
}
