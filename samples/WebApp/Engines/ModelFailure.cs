namespace WebApp.Engines;

/// <summary>Why a model file is not served.</summary>
/// <param name="Version">The first digits of the file's SHA-256; null where it could not be read.</param>
/// <param name="At">When it was tried.</param>
/// <param name="Message">What is wrong with it.</param>
internal sealed record ModelFailure(string? Version, DateTimeOffset At, string Message);
