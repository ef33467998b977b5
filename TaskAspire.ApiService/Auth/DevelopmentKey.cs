using System.Security.Cryptography;

namespace TaskAspire.ApiService.Auth;

/// <summary>The key pair that a developer's machine makes for itself, once.</summary>
internal static class DevelopmentKey
{
    internal const string FileName = "jwt-development.pem";

    private const int KeyBits = 2048;

    /// <summary>Makes the key unless it is there, and gives its path. Two processes that do so at once end up with the same key.</summary>
    internal static string Ensure(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path))
        {
            return path;
        }

        CreatePrivateDirectory(directory);
        var draft = Path.Combine(directory, $"{FileName}.{Guid.NewGuid():N}");
        try
        {
            Write(draft);
            // Whole or not at all: a reader never sees half a key, and the second of two writers finds the first one's.
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster.
        }
        finally
        {
            File.Delete(draft);
        }

        return path;
    }

    private static void Write(string path)
    {
        using var rsa = RSA.Create(KeyBits);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        using var writer = new StreamWriter(stream);
        writer.WriteLine(rsa.ExportPkcs8PrivateKeyPem());
        writer.Flush();
        stream.Flush(flushToDisk: true);
    }

    private static void CreatePrivateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
