namespace Microsoft.ML.LogitNorm;

/// <summary>What a training begins with instead of random numbers: see <see cref="LogitNormTrainer.Options.InitialWeights"/>.</summary>
/// <remarks>The family is closed: its members are this type's static methods.</remarks>
public abstract class PretrainedWeights
{
    private protected PretrainedWeights()
    {
    }

    /// <summary>
    /// Weights of a file in the safetensors format, such as torchvision's of a ResNet trained on ImageNet. Its tensors are named as this library's layers are,
    /// which for <see cref="Backbone.ResNet18"/>, <see cref="Backbone.ResNet34"/> and <see cref="Backbone.ResNet50"/> are torchvision's names:
    /// <c>conv1.weight</c>, <c>layer2.0.downsample.0.weight</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The classifier's layer, <c>fc</c>, is left out, for it knows other classes, and so is <c>num_batches_tracked</c>. All other tensors must be the
    /// network's, in float32, float16, bfloat16 or float64. torchvision's networks have <see cref="Stem.ImageNet"/> and take colour images.
    /// </para>
    /// <para>
    /// Unless <see cref="LogitNormTrainer.Options.Normalization"/> is given, the network's input is normalised as the file says, in its metadata <c>mean</c>
    /// and <c>std</c>, such as "[0.485, 0.456, 0.406]" on a scale of 0 to 1; where it does not, by <see cref="InputNormalization.ImageNet"/> for a ResNet with
    /// <see cref="Stem.ImageNet"/> on three channels, else as measured on the training rows. Where vectors of float hold pixels of 0 to 1, that is seen.
    /// </para>
    /// <para>
    /// PyTorch's own files (.pth, .pt) are pickles, which run code when they are read, and are refused; the error has the line that converts one.
    /// The file is opened here, to look at its header, and read by each training.
    /// </para>
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">Null or empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, cut short, or of another format.</exception>
    public static PretrainedWeights FromSafetensors(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new SafetensorsWeights(path);
    }

    /// <summary>
    /// Weights of an earlier model, to go on from: with more classes, other images, more epochs. <see cref="LogitNormTrainer.Options.Backbone"/> must be the
    /// model's.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Where <see cref="LogitNormTrainer.Options.Head"/> is the model's too, each class that both know, by its key value, keeps its class weights, and what a
    /// head has for all classes is taken; class weights of new classes are drawn as usual. With another head only the backbone is taken. Keys without values
    /// are the same class where their numbers are. The log says what was taken and what was not.
    /// </para>
    /// <para>
    /// Unless <see cref="LogitNormTrainer.Options.Normalization"/> is given, the network's input is normalised as the model's was.
    /// The model must not be disposed of before the training has begun; it is not changed.
    /// </para>
    /// </remarks>
    /// <param name="model">A <see cref="LogitNormModel"/>, or a fitted or loaded pipeline with one in it.</param>
    /// <exception cref="ArgumentException">There is none in it, or more than one.</exception>
    public static PretrainedWeights FromModel(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        LogitNormModel[] found = [.. ModelsIn(model)];
        return found.Length == 1
            ? new ModelWeights(found[0])
            : throw new ArgumentException(
                found.Length == 0
                    ? $"There is no LogitNormModel in this {model.GetType().Name}. Give a pipeline that a LogitNorm trainer is part of, fitted or loaded."
                    : $"There are {found.Length} LogitNormModels in this {model.GetType().Name}. Give one of them.",
                nameof(model));
    }

    /// <summary>What tells whether two are the same: a hash of all that decides what a training comes to.</summary>
    internal abstract string Id { get; }

    /// <summary>Checks, before rows are read, that they are weights of such a network.</summary>
    /// <exception cref="InvalidDataException">The file is none, is damaged, or has other tensors.</exception>
    /// <exception cref="InvalidOperationException">The model is of another network.</exception>
    internal abstract void Check(Backbone backbone, NetworkInput input);

    /// <summary>How the input was normalised when the weights were trained; null where nobody knows.</summary>
    /// <param name="backbone">The architecture.</param>
    /// <param name="input">What is trained on.</param>
    /// <param name="measured">Mean and standard deviation of the training rows, by which the unit of floats is told.</param>
    internal abstract WeightsNormalization? NormalizationFor(Backbone backbone, NetworkInput input, InputNormalization measured);

    /// <summary>Copies them into a network with first weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="spec">What it is.</param>
    /// <returns>A line for the log: what was taken and what was not.</returns>
    internal abstract string CopyTo(ClassifierNetwork network, ModelSpec spec);

    private static IEnumerable<LogitNormModel> ModelsIn(ITransformer transformer) => transformer switch
    {
        LogitNormModel model => [model],
        IEnumerable<ITransformer> chain => chain.SelectMany(ModelsIn),
        _ => [],
    };
}
