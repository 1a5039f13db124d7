using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Benchmarks.Detector;

/// <summary>A calibration row as a model and a score would leave it.</summary>
internal sealed class ScoredRow
{
    public float OodScore { get; set; }

    [KeyType(4)]
    public uint PredictedLabel { get; set; }
}
