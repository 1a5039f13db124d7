using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Trainings on <see cref="TinyImages"/> that are compared by their weights.</summary>
internal static class TinyTraining
{
    public const int Rows = 48;   // three steps of 16

    /// <summary>Trains and tells all parameters and statistics.</summary>
    public static byte[] Weights(LogitNormTrainer.Options options, MLContext? ml = null, IDataView? rows = null)
    {
        ml ??= new(seed: 1);
        using var chain = TinyImages.Pipeline(ml, options).Fit(rows ?? TinyImages.View(ml, Rows));
        return Weights(chain.LastTransformer);
    }

    /// <summary>All parameters and statistics of a model, bit for bit.</summary>
    public static byte[] Weights(LogitNormModel model)
    {
        using var scope = torch.NewDisposeScope();
        return [.. model.Network.Classifier.state_dict().Values.SelectMany(tensor => tensor.cpu().contiguous().bytes.ToArray())];
    }
}
