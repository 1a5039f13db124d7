namespace PaperBenchmark.Runs;

/// <summary>Why a training was given up.</summary>
/// <param name="Message">Epoch, step and what the library recommends.</param>
internal sealed record Divergence(string Message);
