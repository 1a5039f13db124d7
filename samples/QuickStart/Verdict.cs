namespace QuickStart;

/// <summary>What comes out of the pipeline for an image.</summary>
internal class Verdict
{
    public string ImagePath { get; set; } = "";

    /// <summary>The most likely of the known classes.</summary>
    public string PredictedLabel { get; set; } = "";

    /// <summary>Softmax probability of each class.</summary>
    public float[] Score { get; set; } = [];

    /// <summary>Higher means more likely none of the known classes.</summary>
    public float OodScore { get; set; }

    /// <summary>The share of calibration images that look less unusual.</summary>
    public float OodConfidence { get; set; }

    /// <summary>The decision: none of the known classes.</summary>
    public bool IsOutOfDistribution { get; set; }
}
