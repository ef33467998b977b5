namespace TaskAspire.Bench.Yardstick;

/// <summary>What keeps a measurement from being made, and what to do about it.</summary>
internal sealed class YardstickException(string message) : Exception(message);
