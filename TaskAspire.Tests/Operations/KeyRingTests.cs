using System.Xml.Linq;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TaskAspire.Data.Keys;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Operations;

public sealed class KeyRingTests(BackingServices backing)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_are_read_in_the_order_in_which_they_were_added()
    {
        await using var database = NpgsqlDataSource.Create(await backing.CreateTaskDatabaseAsync(Cancel));
        var table = new KeyRingTable(database, NullLogger<KeyRingTable>.Instance);
        XElement[] keys = [new("key", new XAttribute("id", "1"), "<&>"), new("key", new XAttribute("id", "2"))];

        Assert.Empty(table.GetAllElements());
        table.StoreElement(keys[0], "key-1");
        table.StoreElement(keys[1], "key-2");

        Assert.Equal(keys, table.GetAllElements(), XNode.DeepEquals);
    }

    [Fact]
    public async Task A_damaged_key_is_left_out_and_the_others_are_read()
    {
        await using var database = NpgsqlDataSource.Create(await backing.CreateTaskDatabaseAsync(Cancel));
        var table = new KeyRingTable(database, NullLogger<KeyRingTable>.Instance);
        await using (var damage = database.CreateCommand("INSERT INTO data_protection_keys (friendly_name, xml) VALUES ('cut short', '<key><desc'), ('empty', ''), ('none', NULL)"))
        {
            await damage.ExecuteNonQueryAsync(Cancel);
        }

        table.StoreElement(new XElement("key"), "whole");

        Assert.True(XNode.DeepEquals(new XElement("key"), Assert.Single(table.GetAllElements())));
    }
}
