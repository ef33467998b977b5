using System.Buffers.Binary;

namespace TaskAspire.Data;

/// <summary>Ids begin with the time they were made at, in milliseconds (RFC 9562 §5.7), so that what was made before a time is a range of ids.</summary>
public static class UuidV7
{
    /// <summary>The least UUIDv7 of a time.</summary>
    public static Guid LeastAt(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }
}
