namespace WebApp.Engines;

/// <summary>What comes out of an engine.</summary>
internal sealed class Verdict
{
    /// <summary>Why the image cannot be read; empty if it can.</summary>
    public string ImageError { get; set; } = "";

    /// <summary>Probability of each class.</summary>
    public float[] Score { get; set; } = [];

    /// <summary>Higher means more likely none of the classes.</summary>
    public float OodScore { get; set; }

    /// <summary>1 − p: the share of calibration images that look less unusual.</summary>
    public float OodConfidence { get; set; }

    public bool IsOutOfDistribution { get; set; }

    /// <summary>The numbers of the training images that are most alike; empty where the model keeps none.</summary>
    public int[] NearestImages { get; set; } = [];

    /// <summary>How much alike each is, in [−1, 1].</summary>
    public float[] NearestSimilarities { get; set; } = [];
}
