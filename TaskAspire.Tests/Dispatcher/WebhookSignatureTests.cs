using System.Text;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Signing;

namespace TaskAspire.Tests.Dispatcher;

public class WebhookSignatureTests
{
    // The example of the Standard Webhooks specification and its reference libraries.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Timestamp = 1614265330;
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

    [Fact]
    public void The_message_signature_is_that_of_the_specification() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.OfMessage([WebhookSecrets.SigningKey(Secret)], Id, Timestamp, Body));

    [Fact]
    public void The_body_signature_is_lower_case_hex() =>
        // printf '{"event":"task.reminder"}' | openssl dgst -sha256 -hmac shared
        Assert.Equal(
            "57d62a08e037924e4a7d51e89acf5c48555d7342559e5c647eff13f4e2d36bb5",
            WebhookSignature.OfBody(WebhookSecrets.SigningKey("shared"), """{"event":"task.reminder"}"""u8));

    [Fact]
    public void Two_keys_make_two_signatures_the_new_one_first()
    {
        var keys = new[] { WebhookSecrets.SigningKey("new"), WebhookSecrets.SigningKey("old") };
        var parts = WebhookSignature.OfMessage(keys, Id, Timestamp, Body).Split(' ');
        Assert.Equal([WebhookSignature.OfMessage([keys[0]], Id, Timestamp, Body), WebhookSignature.OfMessage([keys[1]], Id, Timestamp, Body)], parts);
    }
}
