using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// Hashes and verifies passwords with ASP.NET Core Identity's hasher, no more at a time than leaves a core for the rest of the
/// API: each takes one for some 50 ms.
/// </summary>
internal sealed class Passwords : IDisposable
{
    private readonly IPasswordHasher<User> _hasher;
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly string _nobodysHash;

    public Passwords(IPasswordHasher<User> hasher)
    {
        _hasher = hasher;
        _nobodysHash = hasher.HashPassword(null!, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
    }

    /// <summary>The form to store.</summary>
    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        await _cores.WaitAsync(cancellationToken);
        try
        {
            return _hasher.HashPassword(null!, password);
        }
        finally
        {
            _cores.Release();
        }
    }

    /// <summary>Whether the password is the user's. For no user the work is the same, and the answer no.</summary>
    public async Task<PasswordVerificationResult> VerifyAsync(User? user, string password, CancellationToken cancellationToken)
    {
        await _cores.WaitAsync(cancellationToken);
        try
        {
            var result = _hasher.VerifyHashedPassword(user!, user?.PasswordHash ?? _nobodysHash, password);
            return user is null ? PasswordVerificationResult.Failed : result;
        }
        finally
        {
            _cores.Release();
        }
    }

    public void Dispose() => _cores.Dispose();
}
