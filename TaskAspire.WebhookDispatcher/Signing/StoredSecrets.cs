using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.WebhookDispatcher.Signing;

/// <summary>
/// Reads what the API encrypted. The keys are the API's to make. Data Protection keeps a key ring for a day, and a key that another process
/// made in the meantime would stay unknown for that long. Here a secret that cannot be read causes the ring to be read again, at most once a minute.
/// </summary>
internal sealed class StoredSecrets(IOptions<KeyManagementOptions> ring, IOptions<DataProtectionOptions> application, TimeProvider time)
{
    private static readonly TimeSpan ReloadInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Task<Loaded>? _loading;

    /// <summary>The secret that was stored.</summary>
    /// <exception cref="CryptographicException">The key ring has no key for it.</exception>
    public async Task<string> UnprotectAsync(string stored, CancellationToken cancellationToken)
    {
        var loaded = await LoadAsync(unless: null, cancellationToken);
        try
        {
            return loaded.Secrets.Unprotect(stored);
        }
        catch (CryptographicException) when (!loaded.HasKeys || time.GetElapsedTime(loaded.At) > ReloadInterval)
        {
            return (await LoadAsync(loaded, cancellationToken)).Secrets.Unprotect(stored);
        }
    }

    /// <summary>Reads the key ring, so that the first delivery does not wait for it.</summary>
    /// <returns>False when there is no key yet.</returns>
    public async Task<bool> WarmUpAsync(CancellationToken cancellationToken) => (await LoadAsync(unless: null, cancellationToken)).HasKeys;

    private Task<Loaded> LoadAsync(Loaded? unless, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_loading is null or { IsFaulted: true } || (_loading is { IsCompletedSuccessfully: true, Result: var loaded } && (loaded == unless || !loaded.HasKeys)))
            {
                // Data Protection blocks while it reads. On a thread of its own, or all that deliver at the moment would hold one of the pool each.
                _loading = Task.Factory.StartNew(Load, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            return _loading.WaitAsync(cancellationToken);
        }
    }

    private Loaded Load()
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName(application.Value.ApplicationDiscriminator!).AddKeyManagementOptions(options =>
        {
            options.XmlRepository = ring.Value.XmlRepository;
            options.AutoGenerateKeys = false;
        });
        // Not disposed of: deliveries may be at the secrets of one that is being replaced, and it holds nothing but memory.
        var secrets = new WebhookSecrets(services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>());
        try
        {
            secrets.Protect("");
            return new Loaded(secrets, HasKeys: true, time.GetTimestamp());
        }
        catch (Exception failure) when (failure.GetBaseException() is InvalidOperationException or CryptographicException)
        {
            return new Loaded(secrets, HasKeys: false, time.GetTimestamp());
        }
    }

    private sealed record Loaded(WebhookSecrets Secrets, bool HasKeys, long At);
}
