using Microsoft.Extensions.Options;

namespace TaskAspire.WebhookDispatcher.Configuration;

/// <summary>What attributes cannot say of <see cref="DispatcherOptions"/>.</summary>
internal sealed class DispatcherOptionsValidator : IValidateOptions<DispatcherOptions>
{
    private const int MaxScheduleEntries = 50;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, DispatcherOptions options)
    {
        var failures = new List<string>();
        if (options.RetrySchedule is { } schedule)
        {
            if (schedule.Length > MaxScheduleEntries)
            {
                failures.Add($"Webhooks:RetrySchedule has {schedule.Length} entries; at most {MaxScheduleEntries} are possible.");
            }

            for (var i = 0; i < schedule.Length; i++)
            {
                if (schedule[i] < TimeSpan.Zero || schedule[i] > MaxDelay)
                {
                    failures.Add($"Webhooks:RetrySchedule:{i} is {schedule[i]}; it must lie between 0 and 7 days.");
                }
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
