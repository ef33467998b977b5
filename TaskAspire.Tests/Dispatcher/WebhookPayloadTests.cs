using System.Text;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.Tests.Dispatcher;

public class WebhookPayloadTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 21, 15, 0, 250, TimeSpan.FromHours(1));
    private static readonly Guid Task = new("0193f5a0-0000-7000-8000-000000000001");
    private static readonly Guid User = new("0193f5a0-0000-7000-8000-000000000002");

    [Fact]
    public void A_reminder_has_exactly_the_documents_members() => Assert.Equal(
        """{"event":"task.reminder","timestamp":"2026-11-22T20:15:00.250Z","data":{"taskId":"0193f5a0-0000-7000-8000-000000000001","title":"Call <Zoë> & \"Åsa\" \uD83D\uDE00 + 'x'","dueDate":"2026-11-22T20:15:00.250Z","userId":"0193f5a0-0000-7000-8000-000000000002"}}""",
        Encoding.UTF8.GetString(WebhookPayload.ForDueTask(WebhookEventTypes.TaskReminder, Time, Task, "Call <Zoë> & \"Åsa\" 😀 + 'x'", Time, User)));

    [Fact]
    public void A_task_without_due_date_has_null() => Assert.Contains(
        "\"dueDate\":null,",
        Encoding.UTF8.GetString(WebhookPayload.ForDueTask(WebhookEventTypes.TaskReminder, Time, Task, "t\n\u0001", null, User)),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("", null)]
    [InlineData("\0\0", null)]
    [InlineData("o\0k", "ok")]
    public void An_answers_text_is_what_the_database_takes(string body, string? expected) =>
        Assert.Equal(expected, ResponseBody.ToText(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void An_answer_is_cut_at_a_kibibyte_and_no_character_in_two()
    {
        Assert.Equal(new string('a', 1024), ResponseBody.ToText(Encoding.UTF8.GetBytes(new string('a', 5000))));
        Assert.Equal("a" + string.Concat(Enumerable.Repeat("é", 511)), ResponseBody.ToText(Encoding.UTF8.GetBytes("a" + string.Concat(Enumerable.Repeat("é", 5000)))));
        Assert.Equal(341, ResponseBody.ToText(Enumerable.Repeat((byte)0xFF, 16_384).ToArray())!.Length);
    }
}
