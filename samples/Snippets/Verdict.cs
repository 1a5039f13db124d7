namespace Snippets;

// <verdict>
public sealed class Verdict
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
    public float OodScore { get; set; }
    public float OodConfidence { get; set; }
    public bool IsOutOfDistribution { get; set; }
}
// </verdict>
