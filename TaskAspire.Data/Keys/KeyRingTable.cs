using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TaskAspire.Data.Keys;

/// <summary>
/// Where Data Protection keeps its keys: the table <c>data_protection_keys</c>. By SQL rather than by the framework's <c>PersistKeysToDbContext</c>: the
/// dispatcher needs EF Core for nothing else (but its inbox, in Development), and loading it is a third of its start (docs/performance.md).
/// </summary>
public sealed class KeyRingTable(NpgsqlDataSource database, ILogger<KeyRingTable> logger) : IXmlRepository
{
    /// <inheritdoc />
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = database.CreateCommand("SELECT id, xml FROM data_protection_keys WHERE xml <> '' ORDER BY id");
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read())
        {
            try
            {
                elements.Add(XElement.Parse(reader.GetString(1)));
            }
            catch (XmlException exception)
            {
                // One that was damaged is no reason to do without the others.
                logger.LogError(exception, "Row {Id} of data_protection_keys is not XML; this key is left out", reader.GetInt32(0));
            }
        }

        return elements;
    }

    /// <inheritdoc />
    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = database.CreateCommand("INSERT INTO data_protection_keys (friendly_name, xml) VALUES ($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = friendlyName });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }
}
