namespace PaperBenchmark.Runs;

/// <summary>How a finished training went.</summary>
/// <param name="TrainingImages">Images trained on.</param>
/// <param name="Parameters">Weights and biases of the network.</param>
/// <param name="TrainingSeconds">Time for all epochs, those before a stop included, and decoding and measuring apart.</param>
/// <param name="ImagesPerSecond">Training images per second, over all epochs.</param>
/// <param name="Finished">When, in universal time.</param>
internal sealed record TrainedRun(int TrainingImages, long Parameters, double TrainingSeconds, double ImagesPerSecond, DateTime Finished);
