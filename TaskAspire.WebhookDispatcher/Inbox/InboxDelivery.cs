namespace TaskAspire.WebhookDispatcher.Inbox;

/// <summary>A webhook as it arrived.</summary>
/// <param name="Inbox">The last part of the address it was sent to.</param>
/// <param name="EndpointId">The endpoint whose signature it carries; null when none does.</param>
/// <param name="Event">Type of event by its body; null when it has none.</param>
/// <param name="WebhookId">Its <c>webhook-id</c>; null when there was none.</param>
/// <param name="Signature">What a receiver would think of it.</param>
/// <param name="Headers">Name and value of each.</param>
/// <param name="Body">As text.</param>
/// <param name="Size">Of the body, bytes.</param>
internal sealed record InboxArrival(
    string Inbox,
    Guid? EndpointId,
    string? Event,
    string? WebhookId,
    InboxSignature Signature,
    IReadOnlyList<InboxHeader> Headers,
    string Body,
    int Size);

/// <summary>One header of a request.</summary>
internal sealed record InboxHeader(string Name, string Value);

/// <summary>An arrival with what only the inbox knows of it.</summary>
/// <param name="Number">1 for the first since the dispatcher was started.</param>
/// <param name="At">When it arrived, UTC.</param>
/// <param name="Attempt">How often the same event has come from the same endpoint, this time included.</param>
/// <param name="Answer">What it was answered with: name of an <see cref="InboxAnswer"/>.</param>
/// <param name="Arrival">The rest.</param>
internal sealed record InboxDelivery(long Number, DateTimeOffset At, int Attempt, string Answer, InboxArrival Arrival);
