using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A network ready to score: its weights on a device in evaluation mode, and how images become its input. The model puts it, as an
/// annotation, on its <c>Logits</c> column, where scores that need more than logits find it. Safe for several threads at once.
/// </summary>
internal sealed class TrainedNetwork : IDisposable
{
    private readonly ImageClassifier _classifier;
    private readonly (Tensor Mean, Tensor Scale) _normalization;
    private readonly ImageColumn _image;
    private volatile bool _disposed;

    public TrainedNetwork(ImageClassifier classifier, Device device, ImageColumn image, PixelNormalization normalization)
    {
        classifier.eval();
        (_classifier, _image) = (classifier, image);
        Device = device;
        using var scope = NewDisposeScope();
        var (mean, scale) = normalization.OnDevice(device);
        _normalization = (mean.DetachFromDisposeScope(), scale.DetachFromDisposeScope());
    }

    public Device Device { get; }

    /// <summary>The network itself, for its head and its gradients; owned here.</summary>
    public ImageClassifier Classifier
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LogitNormModel));
            return _classifier;
        }
    }

    /// <summary>Finds the images in a schema: a column of the name, and with images of the size, that the network was trained on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, has another type or images of another size.</exception>
    public ImageColumn BindImage(DataViewSchema schema)
    {
        var sizeIsLost = _image.SizeIsLostIn(schema);
        var image = ImageColumn.Find(schema, _image.Name, sizeIsLost ? _image.Shape : null);
        if (sizeIsLost && image.Kind != PixelKind.Image && _image.Kind != PixelKind.Image)   // so is the order of its values: it is training's
            image = image with { Interleaved = _image.Interleaved };
        if (image.Kind == PixelKind.Image && _image.Shape.Channels is 1 or 3)   // an MLImage serves as colour or as grey
            image = image with { Shape = image.Shape with { Channels = _image.Shape.Channels } };
        return image.Shape == _image.Shape
            ? image
            : throw ColumnError.Mismatch("feature", image.Name, $"images of {_image.Shape}, as in training", image.Shape.ToString(), "Resize the images to that size before the model.");
    }

    /// <summary>Pixels [B, H, W, C], as <see cref="PixelReader"/> reads them, to the network's normalised input [B, C, H, W].</summary>
    public Tensor Normalize(Tensor pixels)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(LogitNormModel));
        return PixelNormalization.Apply(pixels.to(Device), _normalization);
    }

    /// <summary>One forward pass.</summary>
    /// <param name="pixels">[B, H, W, C], on any device.</param>
    /// <returns>Logits [B, C] and embedding [B, D], on the network's device, in the caller's scope.</returns>
    public (Tensor Logits, Tensor Embedding) Forward(Tensor pixels)
    {
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var embedding = Classifier.Embed(Normalize(pixels));
        var logits = Classifier.Classify(embedding);
        return (logits.MoveToOuterDisposeScope(), embedding.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        _disposed = true;
        _classifier.Dispose();
        _normalization.Mean.Dispose();
        _normalization.Scale.Dispose();
    }
}
