using Microsoft.ML.Data;

namespace LogitNormTool.Features;

/// <summary>An image whose features are known: what the head is trained on.</summary>
internal sealed class FeatureRow
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";

    [VectorType(PretrainedNetwork.FeatureCount)]
    public float[] Features { get; set; } = [];
}
