namespace TaskAspire.Data.Webhooks.Targets;

/// <summary>A webhook was not sent because its address is not one webhooks may be sent to.</summary>
/// <param name="message">Why, in words for the endpoint's owner.</param>
public sealed class BlockedTargetException(string message) : Exception(message);
