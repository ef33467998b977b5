using TaskAspire.ApiService.OpenApi;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>A list of event types, as an endpoint subscribes to them.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EventWordsAttribute() : WordsAttribute([.. WebhookRules.EventWords]);
