namespace TaskAspire.WebhookDispatcher.Inbox;

/// <summary>What a webhook can be answered with.</summary>
/// <param name="Name">How the page calls it.</param>
/// <param name="Status">The status.</param>
/// <param name="Delay">How long the answer takes.</param>
internal sealed record InboxAnswer(string Name, int Status, TimeSpan Delay)
{
    public static InboxAnswer Ok { get; } = new("200", StatusCodes.Status200OK, TimeSpan.Zero);

    /// <summary>All of them. The slow one takes longer than the dispatcher waits (10 s).</summary>
    public static IReadOnlyDictionary<string, InboxAnswer> All { get; } = new[]
    {
        Ok,
        new("500", StatusCodes.Status500InternalServerError, TimeSpan.Zero),
        new("410", StatusCodes.Status410Gone, TimeSpan.Zero),
        new("slow", StatusCodes.Status200OK, TimeSpan.FromSeconds(15)),
    }.ToDictionary(answer => answer.Name);
}

/// <summary>What the next webhooks are answered with; those after them get 200.</summary>
/// <param name="Answer">Name of an <see cref="InboxAnswer"/>.</param>
/// <param name="Count">How many are left to get it.</param>
internal sealed record AnswerPlan(string Answer, int Count)
{
    public const int MaxCount = 100;

    public static AnswerPlan None { get; } = new(InboxAnswer.Ok.Name, 0);
}
