namespace TaskAspire.ApiService.Auth;

/// <summary>A session and whose it is.</summary>
internal readonly record struct SessionKey(Guid UserId, Guid Id);
