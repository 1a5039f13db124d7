using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Fully connected layers on feature vectors, each a linear layer, a batch norm and a ReLU; without any, the embedding is the features themselves.
/// </summary>
internal sealed record DenseBackbone(IReadOnlyList<int> Hidden, double Dropout) : Backbone
{
    private const int MostLayers = 100, MostFeatures = 65_536;

    public IReadOnlyList<int> Hidden { get; } = Checked(Hidden);

    public double Dropout { get; } = BackboneArgument.Dropout(Dropout);

    internal override bool TakesVectors => true;

    public override string ToString()
    {
        var hidden = Hidden.Count == 0 ? "" : $"[{string.Join(", ", Hidden)}]";
        return Dropout == 0 ? $"Dense({hidden})" : string.Create(CultureInfo.InvariantCulture, $"Dense({hidden}, {Dropout})");
    }

    private protected override void Describe(NetworkBuilder network)
    {
        var features = network.Input;
        foreach (var (i, size) in Hidden.Index())
        {
            var activated = network.NormReLU($"bn{i + 1}", network.Linear($"fc{i + 1}", features, size));
            features = network.Stage($"layer{i + 1}", network.Dropout(activated, Dropout));
        }
    }

    private static ValueList<int> Checked(IReadOnlyList<int> hidden)
    {
        ArgumentNullException.ThrowIfNull(hidden, nameof(hidden));
        if (hidden.Count > MostLayers)
            throw new ArgumentOutOfRangeException(nameof(hidden), hidden.Count, $"Give the sizes of at most {MostLayers} hidden layers.");
        foreach (var size in hidden)
            if (size is < 1 or > MostFeatures)
                throw new ArgumentOutOfRangeException(nameof(hidden), size, $"A hidden layer has from 1 to {MostFeatures} features.");
        return ValueList.Of(hidden);
    }
}
