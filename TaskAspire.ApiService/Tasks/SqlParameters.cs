using System.Globalization;
using Npgsql;

namespace TaskAspire.ApiService.Tasks;

/// <summary>The values of a statement that is put together, so that none ever gets into its text.</summary>
internal sealed class SqlParameters
{
    private readonly List<object> _values = [];

    /// <summary>Takes a value.</summary>
    /// <returns>What stands for it in the text: <c>$1</c> and so on.</returns>
    public string Add(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }

    /// <summary>A command with the values taken so far.</summary>
    public NpgsqlBatchCommand Command(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in _values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
