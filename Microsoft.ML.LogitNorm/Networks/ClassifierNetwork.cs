using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>A network in two parts: normalised images [B, channels, H, W], or feature vectors [B, F] → embedding [B, D] → logits [B, C].</summary>
/// <remarks>
/// On the META device it has names and shapes but no values, so that a model file can be checked before memory is spent on it.
/// The parameters' names are the layers' paths behind "embedding." and "head.":
/// they are part of the model's file format, and they come in the order of the data flow.
/// </remarks>
internal sealed class ClassifierNetwork : Module<Tensor, Tensor>
{
    private readonly NetworkModule embedding;
    private readonly Module<Tensor, Tensor> head;
    private readonly HType[] nativeModules;

    /// <param name="embedding">Network before the head, owned from now on: input → [B, D].</param>
    /// <param name="kind">What comes after it.</param>
    /// <param name="embeddingSize">D.</param>
    /// <param name="classes">C.</param>
    /// <param name="device">Where the embedding's layers are and the head will be.</param>
    public ClassifierNetwork(NetworkModule embedding, Head kind, int embeddingSize, int classes, Device device)
        : base(nameof(ClassifierNetwork))
    {
        this.embedding = embedding;
        Head = kind;
        head = kind.CreateModule(embeddingSize, classes, device);
        RegisterComponents();
        nativeModules = [.. modules().Prepend(this).Select(module => NativeModule(module))];
    }

    /// <summary>How logits come from the embedding.</summary>
    public Head Head { get; }

    /// <summary>The class weights w, [C, D]. All heads have them; only in a linear one they are the W of f = W z + b (<see cref="LinearHead"/>).</summary>
    public Parameter HeadWeight => head.get_parameter(Head.ClassWeights)!;

    /// <summary>b, [C], of a linear head.</summary>
    /// <exception cref="InvalidOperationException">The head is none.</exception>
    public Parameter HeadBias => LinearHead.Bias;

    /// <summary>The layer f = W z + b, for scores whose formula needs just that.</summary>
    /// <exception cref="InvalidOperationException">The network has another head.</exception>
    public LinearLayer LinearHead => head as LinearLayer
        ?? throw new InvalidOperationException(
            $"The network ends in Head.{Head}, but a linear layer f = W z + b is needed here. "
            + "Choose a score that needs none, such as OodScores.MaxSoftmax(), or train with Head.Linear().");

    /// <summary>The parameters that weight decay leaves alone; none with a linear head.</summary>
    public IReadOnlyList<Parameter> UndecayedParameters => Head.DecaysClassWeights ? [] : [HeadWeight];

    /// <summary>What computes the logits, a module of <see cref="Head"/>'s.</summary>
    public Module<Tensor, Tensor> HeadModule => head;

    /// <summary>The layers before the head.</summary>
    public NetworkModule Embedding => embedding;

    /// <summary>The penultimate features, [B, D]: of a convolutional network the global averages, at least 0, of the last feature maps.</summary>
    public Tensor Embed(Tensor input) => embedding.call(input);

    /// <summary>The embedding, and layer statistics if asked for, which is for scoring: call it without gradients then.</summary>
    public Embedded Embed(Tensor input, bool statistics) => Embedded.By(embedding.Graph, statistics, watcher => embedding.Forward(input, watcher));

    /// <summary>The logits of embedded images, [B, C].</summary>
    public Tensor Classify(Tensor embedded) => head.call(embedded);

    /// <summary>cos(w_i, z) of embedded images z and class weights w_i, [B, C], with any head; 0 where the embedding is 0.</summary>
    public Tensor CosineSimilarities(Tensor embedded)
    {
        using var scope = NewDisposeScope();
        return ScaledCosine.Cosines(embedded, HeadWeight).MoveToOuterDisposeScope();
    }

    /// <summary>Draws the first weights, on the CPU.</summary>
    public void Draw(Generator generator) => embedding.Draw(generator, () => Head.Draw(head, generator));

    /// <summary>
    /// Ends training: evaluation mode and weights without gradients. Scores that differentiate by the image, from several threads, then write nothing here.
    /// </summary>
    public void Freeze()
    {
        eval();
        foreach (var parameter in parameters())
        {
            parameter.requires_grad = false;
            parameter.grad = null;
        }
    }

    public override Tensor forward(Tensor input)
    {
        using var embedded = Embed(input);
        return Classify(embedded);
    }

    /// <summary>Frees the native half of each layer, some hundred bytes, which TorchSharp leaves where a network is collected instead of disposed of.</summary>
    /// <remarks>
    /// So it is with the network of a file whose later parts turn out to be damaged: ML.NET then forgets what it has made, and nobody can dispose of it.
    /// </remarks>
    /// <param name="disposing">Whether it is disposed of, rather than collected.</param>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        foreach (var module in nativeModules ?? [])   // null where the constructor threw
            if (!module.IsInvalid)
                module.Dispose();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "handle")]
    private static extern ref HType NativeModule(Module module);
}
