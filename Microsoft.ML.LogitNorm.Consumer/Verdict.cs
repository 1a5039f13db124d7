using Microsoft.ML.Data;

internal sealed class Verdict
{
    [ColumnName("PredictedName")]
    public string Name { get; set; } = "";

    public float[] Score { get; set; } = [];

    public float[] Logits { get; set; } = [];

    public float OodScore { get; set; }

    public float OodConfidence { get; set; }

    public bool IsOutOfDistribution { get; set; }

    public override string ToString() => $"{Name} {Bits(Score)} {Bits(Logits)} {Bits([OodScore, OodConfidence])} {IsOutOfDistribution}";

    private static string Bits(float[] values) => string.Join(",", values.Select(value => BitConverter.SingleToUInt32Bits(value).ToString("x8")));
}
