using TaskAspire.ApiService.Changes;

namespace TaskAspire.ApiService.Tasks.History;

/// <summary>What happened to a task.</summary>
/// <param name="Items">The changes, newest first.</param>
/// <param name="Limit">Most changes on a page.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for those before; null when there are none.</param>
public sealed record HistoryResponse(IReadOnlyList<HistoryEntry> Items, int Limit, string? NextCursor);

/// <summary>A change of a task.</summary>
/// <param name="Id">Ascending with time.</param>
/// <param name="Operation"><c>created</c>, <c>updated</c>, <c>completed</c>, <c>reopened</c>, <c>deleted</c> or <c>restored</c>.</param>
/// <param name="At">UTC.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Fields">What it changed, by field; null for <c>created</c>.</param>
public sealed record HistoryEntry(long Id, string Operation, DateTimeOffset At, HistoryActor Actor, IReadOnlyDictionary<string, FieldChange>? Fields);

/// <summary>Who changed a task.</summary>
/// <param name="Type"><c>user</c>, logged in; <c>api_key</c>, a program; <c>system</c>, the product itself.</param>
/// <param name="ApiKeyId">The API key of a program, which may have been deleted since.</param>
public sealed record HistoryActor(string Type, Guid? ApiKeyId);
