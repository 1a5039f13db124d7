namespace PaperBenchmark.Runs;

/// <summary>What a run is and where it was started.</summary>
/// <param name="Options">All that decides the weights, by name.</param>
/// <param name="Machine">What it ran on.</param>
/// <param name="Started">When it was first started, in universal time.</param>
internal sealed record RunDescription(IReadOnlyDictionary<string, string> Options, Machine Machine, DateTime Started);
