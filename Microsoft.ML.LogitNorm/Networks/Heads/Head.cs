using System.Text.Json.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>The last part of the network: how the embedding z of an image becomes one logit per class.</summary>
/// <remarks>
/// The family is closed: its members are this type's static methods. A head is an immutable value, goes with every <see cref="Backbone"/>, and has one
/// class weight w_i of the embedding's size for each class i.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(LinearHead), "linear")]
[JsonDerivedType(typeof(CosineHead), "cosine")]
[JsonDerivedType(typeof(DecomposedConfidenceHead), "decomposed-confidence")]
[JsonDerivedType(typeof(T2FNormHead), "t2fnorm")]
public abstract record Head
{
    /// <summary>The name by which the class weights stand in a head's module, and in model files behind "head.".</summary>
    internal const string ClassWeights = "weight";

    /// <summary>
    /// Whether a parameter of a head's module has a row for each class: those of its own do, and those of the layers inside it serve all classes.
    /// </summary>
    /// <param name="name">Its name in the module, such as "weight" or "scale.weight".</param>
    internal static bool HasRowPerClass(string name) => !name.Contains('.');

    private protected Head()
    {
    }

    /// <summary>A linear layer, f_i = w_i · z + b_i: the usual head, and the one of the LogitNorm paper.</summary>
    public static Head Linear() => new LinearHead();

    /// <summary>
    /// Scaled cosine: f_i = s · cos(w_i, z), where the scale s = exp(BN(w_s · z + b_s)) is predicted from the embedding, so that there is nothing to tune. The
    /// logits no longer grow with the norm of z.
    /// </summary>
    /// <remarks>
    /// BN is batch normalisation of that one number, with a learned factor and offset. Weight decay leaves the class weights w_i alone, whose length has no
    /// effect. With <see cref="TrainingLoss.LogitNorm"/> s cancels from the loss, and only the cosines are trained.
    /// Techapanurak, Suganuma and Okatani, "Hyperparameter-Free Out-of-Distribution Detection Using Softmax of Scaled Cosine Similarity", arXiv 1905.10628.
    /// </remarks>
    public static Head Cosine() => new CosineHead();

    /// <summary>
    /// Decomposed confidence (Generalized ODIN's DeConf-C): f_i = h_i / g with the cosine h_i = cos(w_i, z) and g = sigmoid(BN(w_g · z + b_g)), a number in
    /// (0, 1) that is meant to tell how far the image belongs to the training data at all.
    /// </summary>
    /// <remarks>
    /// BN is batch normalisation of that one number, with a learned factor and offset. Weight decay leaves the class weights w_i alone. With
    /// <see cref="TrainingLoss.LogitNorm"/> g cancels from the loss, and only the cosines are trained.
    /// Hsu et al., "Generalized ODIN: Detecting Out-of-Distribution Image Without Learning From Out-of-Distribution Data", CVPR 2020, arXiv 2002.11297. The
    /// paper's way of choosing the size of input perturbations is a matter of scores, and no part of the head.
    /// </remarks>
    public static Head DecomposedConfidence() => new DecomposedConfidenceHead();

    /// <summary>
    /// T2FNorm, train-time feature normalisation: f = W · (z / ‖z‖₂) / τ + b in training, so that only the embedding's direction is trained, and
    /// f = W · z / τ + b once it scores, where the embedding's norm counts again.
    /// </summary>
    /// <param name="tau">Temperature τ &gt; 0; the paper uses 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tau"/> is not a positive finite number.</exception>
    /// <remarks>
    /// Meant for <see cref="TrainingLoss.CrossEntropy"/>. Figures of the training itself, such as <see cref="TrainingEpoch.Accuracy"/> and
    /// <see cref="TrainingEpoch.MeanLogitNorm"/>, are of the training's logits. Scores that need <see cref="Linear"/> refuse it.
    /// Regmi et al., "T2FNorm: Train-time Feature Normalization for OOD Detection in Image Classification", CVPR Workshops 2024, arXiv 2305.17797.
    /// </remarks>
    public static Head T2FNorm(double tau = 0.1) => new T2FNormHead(tau);

    /// <summary>Whether weight decay acts on the class weights as on all others.</summary>
    internal abstract bool DecaysClassWeights { get; }

    /// <summary>
    /// A new module [B, D] → [B, C] whose weights are yet to be drawn or read, or without any on the META device. It has the class weights [C, D] as a
    /// parameter of its own that is called <see cref="ClassWeights"/>.
    /// </summary>
    internal abstract Module<Tensor, Tensor> CreateModule(int embeddingSize, int classes, Device device);

    /// <summary>Draws the first weights of a module that <see cref="CreateModule"/> made, on the CPU.</summary>
    internal abstract void Draw(Module<Tensor, Tensor> module, Generator generator);
}
