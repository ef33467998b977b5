using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace TaskAspire.ApiService.Sync;

/// <summary>
/// Up to which change a client knows everything. The time of that change is kept along: in a database that was restored and went on, another
/// change has its number.
/// </summary>
/// <param name="Sequence">The number of the change; 0 before the first.</param>
/// <param name="At">When it happened; null when not known.</param>
internal readonly record struct SyncPoint(long Sequence, DateTimeOffset? At);

/// <summary>What of a snapshot is being read, in this order: what tasks refer to comes before them.</summary>
internal enum SyncStage : byte
{
    Categories,
    Tags,
    Tasks,

    /// <summary>The snapshot is read; now the changes since it began.</summary>
    Changes,
}

/// <summary>Where a client stands. Opaque to clients, and good for the user it was made for.</summary>
/// <param name="Stage">What is being read.</param>
/// <param name="Point">The client knows, or will know after the snapshot, all changes up to here.</param>
/// <param name="After">In a snapshot: the id of the last thing that was read of the stage.</param>
internal sealed record SyncToken(SyncStage Stage, SyncPoint Point, Guid After)
{
    private const byte Version = 1;
    private const int SequenceAt = 2;
    private const int TimeAt = SequenceAt + sizeof(long);
    private const int AfterAt = TimeAt + sizeof(long);
    private const int DigestAt = AfterAt + 16;
    private const int DigestBytes = 8;
    private const int Length = DigestAt + DigestBytes;

    public static SyncToken Since(SyncPoint point) => new(SyncStage.Changes, point, Guid.Empty);

    public string ToString(Guid userId)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        bytes[1] = (byte)Stage;
        BinaryPrimitives.WriteInt64BigEndian(bytes[SequenceAt..], Point.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes[TimeAt..], Point.At?.UtcTicks ?? 0);
        After.TryWriteBytes(bytes[AfterAt..], bigEndian: true, out _);
        Digest(userId, bytes[..DigestAt]).CopyTo(bytes[DigestAt..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null for what is no token of this user.</summary>
    public static SyncToken? TryParse(Guid userId, string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (!Base64Url.IsValid(text, out var length) || length != Length || Base64Url.DecodeFromChars(text, bytes) != Length
            || bytes[0] != Version || bytes[1] > (byte)SyncStage.Changes
            || !bytes[DigestAt..].SequenceEqual(Digest(userId, bytes[..DigestAt])))
        {
            return null;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes[TimeAt..]);
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            // Forged: the digest is no secret.
            return null;
        }

        var point = new SyncPoint(BinaryPrimitives.ReadInt64BigEndian(bytes[SequenceAt..]), ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero));
        return new SyncToken((SyncStage)bytes[1], point, new Guid(bytes[AfterAt..DigestAt], bigEndian: true));
    }

    /// <summary>Finds what was mistyped or is another user's. It is no secret: whoever forges a token sees no more than their own data.</summary>
    private static ReadOnlySpan<byte> Digest(Guid userId, ReadOnlySpan<byte> content) =>
        SHA256.HashData([.. userId.ToByteArray(bigEndian: true), .. content]).AsSpan(0, DigestBytes);
}
