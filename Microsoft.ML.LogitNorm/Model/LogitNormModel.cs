using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A trained classifier of images or of feature vectors. Appends <c>PredictedLabel</c>, <c>Score</c> (softmax of the logits), <c>Logits</c> and
/// <c>Embedding</c>; all columns of a row share one forward pass, and nothing is computed before one of them is read.
/// </summary>
/// <remarks>
/// It owns the network's native memory: dispose of it, or of the chain or prediction engine that holds it, when no more rows will be
/// scored. Any number of threads may score at once, each through its own cursor or prediction engine.
/// </remarks>
public sealed class LogitNormModel : RowToRowTransformer, IDisposable
{
    internal const string LoaderSignature = "LogitNormModel";

    private static readonly ModelFormat _format = new(
        "LogitNorm model", "LOGITNRM", LoaderSignature, Written: 0x00010004, ReadableFrom: 0x00010004, OldestRead: 0x00010003);

    private readonly ModelSpec _spec;
    private readonly TrainedNetwork _network;

    internal LogitNormModel(IHostEnvironment env, ModelSpec spec, TrainedNetwork network)
        : base(env)
        => (_spec, _network) = (spec, network);

    /// <summary>The architecture of the network.</summary>
    public Backbone Backbone => _spec.Backbone;

    /// <summary>How the network's logits come from its embedding.</summary>
    public Head Head => _spec.Head;

    /// <summary>How many classes the model tells apart.</summary>
    public int ClassCount => _spec.ClassCount;

    /// <summary>The size of the images that it was trained on; null for a model of feature vectors.</summary>
    public ImageShape? ImageShape => (_spec.Input as ImageInput)?.Shape;

    /// <summary>The length of the feature vectors that it was trained on; null for a model of images.</summary>
    public int? FeatureCount => (_spec.Input as VectorInput)?.Length;

    /// <summary>How it centres and scales pixels or features.</summary>
    public InputNormalization Normalization => _spec.Normalization;

    /// <summary>Weights and biases that training set.</summary>
    public long ParameterCount
    {
        get
        {
            using var use = _network.Enter();
            return _network.Classifier.parameters().Sum(parameter => parameter.numel());
        }
    }

    /// <summary>All but the weights.</summary>
    internal ModelSpec Spec => _spec;

    /// <summary>The network itself, owned here.</summary>
    internal TrainedNetwork Network => _network;

    private protected override ModelFormat Format => _format;

    /// <summary>
    /// Frees the network's memory. Scoring afterwards throws an <see cref="ObjectDisposedException"/>; a batch that another thread is scoring
    /// is scored to its end first.
    /// </summary>
    public void Dispose() => _network.Dispose();

    private protected override RowMap Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ModelRowMap(inputSchema, _spec.Input.Bind(inputSchema), _spec, _network);
    }

    private protected override void Save(ModelWriter writer)
    {
        using var use = _network.Enter();
        writer.Json("Model", _spec, spec => spec.Check());
        writer.Tensors("Weights", Weights(_network.Classifier));
    }

    private static List<(string Name, Tensor Tensor)> Weights(ClassifierNetwork classifier)
        => [.. classifier.state_dict().Select(entry => (entry.Key, entry.Value))];

    private static LogitNormModel Create(IHostEnvironment env, ModelLoadContext context)
    {
        var device = TorchDevice.Select(env);   // first, as there may be none: nothing is loaded yet
        var reader = new ModelReader(context, _format);
        var spec = reader.Json<ModelSpec>("Model", read => read.Check());
        var network = reader.Tensors("Weights", file => Build(spec, file));
        TrainedNetwork? trained = null;
        try
        {
            network.to(device);
            trained = new(network, device, spec.Input, spec.Normalization, owner: typeof(LogitNormModel));
            using var log = new ContextLog(env, "model");
            trained.Fold(log);
            return new(env, spec, trained);
        }
        catch
        {
            ((IDisposable?)trained ?? network).Dispose();
            throw;
        }
    }

    private static ClassifierNetwork Build(ModelSpec spec, TensorFile file)
    {
        using var scope = NewDisposeScope();
        // A network without memory first: the file must hold its weights before room is made for them.
        using (var outline = spec.CreateNetwork(META))
            file.Check(Weights(outline));
        var network = spec.CreateNetwork(CPU);
        try
        {
            file.CopyTo(Weights(network), finite: true);
            network.Freeze();
            return network;
        }
        catch
        {
            network.Dispose();   // its weights are outside of the scope
            throw;
        }
    }
}
