using WebApp.Cards;

namespace WebApp.Inference;

/// <summary>What a model takes and gives.</summary>
/// <param name="Name">The model.</param>
/// <param name="Versions">The one version that serves.</param>
/// <param name="Platform">What runs it.</param>
/// <param name="Inputs">The input tensors.</param>
/// <param name="Outputs">The output tensors.</param>
internal sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs)
{
    private const string MlNet = "mlnet_logitnorm";

    public static ModelMetadata Of(string name, ModelCard card)
        => new(name, [card.Version], MlNet, [InferenceReader.Metadata], [.. OutputTensor.All.Select(output => output.Metadata(card.Classes.Count))]);
}
