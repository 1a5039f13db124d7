using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>A model whose weights are as they were drawn: enough wherever it does not matter what is predicted, and there at once.</summary>
internal static class UntrainedModel
{
    public static readonly ImageShape Shape = new(3, TinyImages.Size, TinyImages.Size);

    /// <summary>A model of <see cref="TinyImages"/>; always the same one.</summary>
    public static LogitNormModel Create(
        MLContext ml, PixelKind kind = PixelKind.VectorOfByte, ImageShape? shape = null, ClassValues? classes = null, Backbone? backbone = null,
        Head? head = null, InputNormalization? normalization = null)
    {
        classes ??= ClassValues.Of(TinyImages.Classes);
        var image = new ImageInput("Image", shape ?? Shape, kind, Interleaved: kind == PixelKind.Image);
        normalization ??= new([128, 128, 128], [64, 64, 64]);
        var spec = new ModelSpec(backbone ?? Backbone.WideResNet(10, 1, dropout: 0), classes.Count, image, normalization, classes, head);
        var network = spec.CreateNetwork(new NetworkRandom(1));
        var trained = new TrainedNetwork(network, torch.CPU, image, normalization, owner: typeof(LogitNormModel));
        using var log = new ContextLog(ml, "model");
        trained.Fold(log);
        return new(ml, spec, trained);
    }

    /// <summary>The model with a score and a decision.</summary>
    public static Data.TransformerChain<OodDetectorTransformer> App(MLContext ml, LogitNormModel? model = null)
    {
        model ??= Create(ml);
        var data = TinyImages.View(ml, 60, seed: 2);
        var scored = new Data.TransformerChain<LogitNormModel>(model).Append(ml.Transforms.OodScore(OodScores.Energy(2.5)).Fit(model.Transform(data)));
        return scored.Append(ml.Transforms.OodDetector(0.05).Fit(scored.Transform(data)));
    }
}
