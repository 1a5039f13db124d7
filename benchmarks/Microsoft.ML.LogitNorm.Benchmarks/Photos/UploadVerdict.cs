namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>What a model says of an upload.</summary>
internal sealed class UploadVerdict
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];

    public float OodScore { get; set; }

    public bool IsOutOfDistribution { get; set; }
}
