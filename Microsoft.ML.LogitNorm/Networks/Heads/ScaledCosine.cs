using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Cosines of the embedding and the class weights, times a positive factor of the row: [B, D] → [B, C].</summary>
/// <remarks>
/// f_i = factor(BN(v · z + c)) · cos(w_i, z), with the class weights w [C, D], and v [D] and c for one number that batch normalisation then brings to the
/// scale of 1. The fields' names are part of the model's file format.
/// </remarks>
internal sealed class ScaledCosine : Module<Tensor, Tensor>
{
    /// <summary>Least norm, of embeddings and of class weights, that is divided by: a row of zeros has the cosine 0 with everything.</summary>
    public const double MinimumNorm = 1e-6;

    /// <summary>Where the normalised number is cut off on both sides: e^30 = 1e13 keeps an image unlike all of training from giving infinite logits.</summary>
    public const double LargestExponent = 30;

    private readonly Parameter weight;
    private readonly LinearLayer scale;
    private readonly BatchNormLayer bn;
    private readonly Func<Tensor, Tensor> factor;

    /// <param name="embeddingSize">D.</param>
    /// <param name="classes">C.</param>
    /// <param name="factor">From the normalised number, [B, 1], to the factor of the row's cosines, [B, 1].</param>
    /// <param name="device">Where the layers will be.</param>
    /// <remarks>No weights are drawn here.</remarks>
    public ScaledCosine(int embeddingSize, int classes, Func<Tensor, Tensor> factor, Device device)
        : base(nameof(ScaledCosine))
    {
        weight = Parameter(zeros(classes, embeddingSize, device: device));
        weight.DetachFromDisposeScope();   // as layers do with theirs: from here on the module owns it
        scale = new LinearLayer(embeddingSize, 1, device);
        bn = new BatchNormLayer(1, device);
        this.factor = factor;
        RegisterComponents();
    }

    /// <summary>The class weights w, [C, D].</summary>
    public Parameter Weight => weight;

    /// <summary>Predicts the number that the factor is made of, [B, D] → [B, 1].</summary>
    public LinearLayer Scale => scale;

    /// <summary>Brings that number to the scale of 1.</summary>
    public BatchNormLayer Norm => bn;

    /// <summary>cos(w_i, z) for each row z of the embedding [B, D] and each row w_i of the class weights [C, D]: [B, C].</summary>
    public static Tensor Cosines(Tensor embedded, Tensor classWeights)
        => functional.linear(functional.normalize(embedded, dim: 1, eps: MinimumNorm), functional.normalize(classWeights, dim: 1, eps: MinimumNorm));

    public override Tensor forward(Tensor embedded)
    {
        using var scope = NewDisposeScope();
        var normalized = bn.call(scale.call(embedded)).Within(-LargestExponent, LargestExponent);   // [B, 1]
        return (factor(normalized) * Cosines(embedded, weight)).MoveToOuterDisposeScope();
    }
}
