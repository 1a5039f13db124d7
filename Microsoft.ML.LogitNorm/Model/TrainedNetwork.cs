using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A network ready to score: its weights on a device in evaluation mode, and how images become its input. The model puts it, as an
/// annotation, on its <c>Logits</c> column, where scores that need more than logits find it. Safe for several threads at once.
/// </summary>
internal sealed class TrainedNetwork : IDisposable
{
    private readonly ClassifierNetwork _classifier;
    private readonly (Tensor Mean, Tensor Scale) _normalization;
    private readonly double _pixelRange;
    private readonly ImageColumn _image;
    private readonly NativeLifetime _lifetime;
    private FoldedNetwork? _folded;

    /// <param name="classifier">The network, owned from now on.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="image">The column that its images came from in training.</param>
    /// <param name="normalization">How pixels are centred and scaled.</param>
    /// <param name="owner">The public type that users dispose of, for <see cref="ObjectDisposedException"/>.</param>
    public TrainedNetwork(ClassifierNetwork classifier, Device device, ImageColumn image, PixelNormalization normalization, Type owner)
    {
        classifier.eval();
        (_classifier, _image) = (classifier, image);
        Device = device;
        _pixelRange = normalization.PixelRange(image.Kind);
        using var scope = NewDisposeScope();
        var (mean, scale) = normalization.OnDevice(device);
        _normalization = (mean.DetachFromDisposeScope(), scale.DetachFromDisposeScope());
        _lifetime = new(owner, Free);
    }

    private TrainedNetwork(TrainedNetwork lender, Type owner, Action returned)
        => (_classifier, _normalization, _pixelRange, _image, Device, _lifetime)
            = (lender._classifier, lender._normalization, lender._pixelRange, lender._image, lender.Device, new(owner, returned));

    public Device Device { get; }

    /// <summary>The whole range of pixel values, black to white, in units of the normalised input, [channels, 1, 1]; in the caller's scope.</summary>
    public Tensor PixelRange
    {
        get
        {
            using var use = Enter();
            return _normalization.Scale.view(-1, 1, 1).Times(_pixelRange);
        }
    }

    /// <summary>The network itself, for its head and its gradients; owned here. Stands as long as <see cref="Enter"/> says.</summary>
    public ClassifierNetwork Classifier
    {
        get
        {
            using var use = Enter();
            return _classifier;
        }
    }

    /// <summary>
    /// Keeps the network's memory while the caller computes with it, though another thread may dispose of the model meanwhile.
    /// <see cref="Forward"/> does this itself.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public NativeLifetime.Use Enter() => _lifetime.Enter();

    /// <summary>Finds the images in a schema: a column of the name, and with images of the size, that the network was trained on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, has another type or images of another size.</exception>
    public ImageColumn BindImage(DataViewSchema schema)
    {
        var image = ImageColumn.Find(schema, _image.Name, _image.SizeIsLostIn(schema) ? _image.Shape : null);
        if (schema[_image.Name].Type is VectorDataViewType { Dimensions.Length: 1 })   // the order of its values is lost too: it is training's
            image = image with { Interleaved = _image.Interleaved };
        if (_image.Kind == PixelKind.VectorOfSingle && image.Kind != PixelKind.VectorOfSingle)
            throw ColumnError.Mismatch("feature", image.Name, "Vector<Single>, in the units of training", $"{image.Kind}, whose values run from 0 to 255", "Give the model the same transforms as in training.");
        if (image.Kind == PixelKind.Image && _image.Shape.Channels is 1 or 3)   // an MLImage serves as colour or as grey
            image = image with { Shape = image.Shape with { Channels = _image.Shape.Channels } };
        return image.Shape == _image.Shape
            ? image
            : throw ColumnError.Mismatch("feature", image.Name, $"images of {_image.Shape}, as in training", image.Shape.ToString(), "Resize the images to that size before the model.");
    }

    /// <summary>Pixels [B, H, W, C], as <see cref="PixelReader"/> reads them, to the network's normalised input [B, C, H, W].</summary>
    public Tensor Normalize(Tensor pixels)
    {
        using var use = Enter();
        return PixelNormalization.Apply(pixels.to(Device), _normalization);
    }

    /// <summary>
    /// Makes scoring faster, once the weights are final: from here on <see cref="Forward"/> goes by a <see cref="FoldedNetwork"/>, where that computes the same and is not
    /// slower. Takes a fraction of a second, whatever the size of the images.
    /// </summary>
    /// <param name="log">Gets a line about which of the two it is.</param>
    public void Fold(ContextLog log)
    {
        var folded = FoldedNetwork.Create(_classifier, _image.Shape, Device);
        if (folded is null)
        {
            log.Warning(
                "The network itself scores, as its copy with folded batch norms, which is usually faster, gives other embeddings. Weights or statistics that are not finite, or very large, do that: train with a lower LearningRate.");
            return;
        }
        try
        {
            var trial = Try(folded);
            folded.ForgetProbe(_image.Shape);
            if (trial.KeepsFolded)
                (_folded, folded) = (folded, null);
            log.Info($"Scoring: {trial}. {(trial.KeepsFolded ? "The copy" : "The network itself")} scores.");
        }
        finally
        {
            folded?.Dispose();
        }
    }

    private ScoringTrial Try(FoldedNetwork folded)
    {
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var image = FoldedNetwork.Probe(_image.Shape, Device).narrow(0, 0, 1);
        var alone = WithoutLoneImage(image);
        Wait(folded.Embed(image));   // its weights are laid out in the first pass
        return ScoringTrial.Run(() => Wait(folded.Embed(image)), () => Wait(_classifier.Embed(alone)));

        static void Wait(Tensor embedding) => embedding.sum().item<float>();
    }

    /// <summary>The pixels; on the CPU a single image comes twice, and what is computed from its double is to be thrown away.</summary>
    /// <remarks>
    /// For a single small image libtorch leaves oneDNN for NNPACK, which on processors that it does not know writes a warning to the console for
    /// each convolution. Two rows stay with oneDNN, and take about as long.
    /// </remarks>
    public Tensor WithoutLoneImage(Tensor pixels) => pixels.shape[0] == 1 && Device.type == DeviceType.CPU ? cat([pixels, pixels]) : pixels;

    /// <summary>One forward pass.</summary>
    /// <param name="pixels">[B, H, W, C], on any device.</param>
    /// <returns>Logits [B, C] and embedding [B, D], on the network's device, in the caller's scope.</returns>
    public (Tensor Logits, Tensor Embedding) Forward(Tensor pixels)
    {
        using var use = Enter();
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var embedding = Embed(pixels);
        var logits = _classifier.Classify(embedding);
        return (logits.MoveToOuterDisposeScope(), embedding.MoveToOuterDisposeScope());
    }

    private Tensor Embed(Tensor pixels)
    {
        if (_folded is not null && (OneDnn.IsAvailable || pixels.shape[0] > 1))
            return _folded.Embed(Normalize(pixels));
        var embedding = _classifier.Embed(Normalize(WithoutLoneImage(pixels)));
        return embedding.shape[0] == pixels.shape[0] ? embedding : embedding.narrow(0, 0, pixels.shape[0]).clone();
    }

    /// <summary>This network, to be used until what is returned is disposed of, which frees nothing here.</summary>
    /// <param name="owner">The public type that users hold, for <see cref="ObjectDisposedException"/>.</param>
    /// <param name="returned">Called once it is disposed of and no thread computes with it any more.</param>
    public TrainedNetwork Lend(Type owner, Action returned) => new(this, owner, returned);

    /// <summary>Frees the network's memory, as soon as no thread computes with it any more.</summary>
    public void Dispose() => _lifetime.Dispose();

    private void Free()
    {
        _folded?.Dispose();
        _classifier.Dispose();
        _normalization.Mean.Dispose();
        _normalization.Scale.Dispose();
    }
}
