using WebApp.Predictions;

namespace WebApp.Inference;

/// <summary>One of the tensors that a model gives.</summary>
/// <param name="Name">Which: the name of the pipeline's column.</param>
/// <param name="Datatype">The type of its elements.</param>
/// <param name="PerClass">Whether there is one element for each class.</param>
/// <param name="Data">Its elements, as an array.</param>
internal sealed record OutputTensor(string Name, string Datatype, bool PerClass, Func<IReadOnlyList<Prediction>, object> Data)
{
    public static IReadOnlyList<OutputTensor> All { get; } =
    [
        new("PredictedLabel", "BYTES", PerClass: false, all => all.Select(one => one.Classes[0].Name).ToArray()),
        new("Score", "FP32", PerClass: true, all => all.SelectMany(one => one.Probabilities).ToArray()),
        new("OodScore", "FP32", PerClass: false, all => all.Select(one => Finite(one.OodScore)).ToArray()),
        new("OodConfidence", "FP32", PerClass: false, all => all.Select(one => (float)(1 - one.PValue)).ToArray()),
        new("IsOutOfDistribution", "BOOL", PerClass: false, all => all.Select(one => one.IsOutOfDistribution).ToArray()),
    ];

    public TensorMetadata Metadata(int classes) => new(Name, Datatype, Shape(-1, classes));

    public InferenceTensor Of(IReadOnlyList<Prediction> predictions, int classes)
        => new(Name, Datatype, Shape(predictions.Count, classes), Data(predictions));

    private long[] Shape(long images, int classes) => PerClass ? [images, classes] : [images];

    // JSON has no infinity.
    private static float Finite(float score) => Math.Clamp(score, float.MinValue, float.MaxValue);
}
