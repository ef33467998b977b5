using System.Text;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.Tests.Dispatcher;

public sealed class DeliveryRecordTests
{
    /// <summary>One that cannot be encoded would have the whole batch tried again for ever.</summary>
    [Theory]
    [InlineData(498, 500)]
    [InlineData(499, 499)]
    [InlineData(600, 500)]
    public void A_message_is_cut_to_what_the_database_takes_and_never_within_a_character(int before, int length)
    {
        var message = $"\0{new string('x', before)}\U0001F512 and more";
        var delivery = new ClaimedDelivery(Guid.NewGuid(), Guid.NewGuid(), "task.created", 0, default, [], null, new DeliveryTarget(Guid.NewGuid(), "", false, null, null, null, null, null, null, null))
        {
            Lease = new Lease(Guid.NewGuid(), 0),
        };

        var command = DeliveryRecords.RecordCommand([new DeliveryResult(delivery, new AttemptOutcome(default, default, Error: "tls", Message: message), null)]);

        var stored = Assert.Single((string?[])command.Parameters["messages"].Value!)!;
        Assert.Equal(length, stored.Length);
        Assert.DoesNotContain('\0', stored);
        new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(stored);
    }
}
