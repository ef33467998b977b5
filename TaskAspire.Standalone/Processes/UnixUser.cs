using System.Globalization;

namespace TaskAspire.Standalone.Processes;

/// <summary>An account of this machine.</summary>
internal sealed record UnixUser(string Name, uint UserId, uint GroupId)
{
    // postgres: exists where a PostgreSQL package is installed. nobody: exists everywhere.
    private static readonly string[] Unprivileged = ["postgres", "nobody"];

    /// <summary>The account that a server which refuses root runs under; null when this process is not root.</summary>
    /// <exception cref="StackException">This machine has no such account.</exception>
    public static async Task<UnixUser?> ForServersAsync(CancellationToken cancellationToken)
    {
        if (!UnixCalls.IsRoot)
        {
            return null;
        }
        var users = await ReadAsync(cancellationToken);
        return Unprivileged.Select(name => users.FirstOrDefault(user => user.Name == name)).FirstOrDefault(user => user is not null)
            ?? throw new StackException(
                "PostgreSQL refuses to run as root, and /etc/passwd has neither 'postgres' nor 'nobody' to run it as. "
                + "Start as an ordinary user, or give a server that runs already with --postgres.");
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
