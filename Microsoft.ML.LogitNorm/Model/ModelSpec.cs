using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>All of a model but its weights.</summary>
/// <param name="Backbone">The architecture.</param>
/// <param name="ClassCount">Classes, at least 2.</param>
/// <param name="Input">The column that rows came from in training; a model binds to the same name, and images to any column kind of the same size.</param>
/// <param name="Normalization">How they are centred and scaled.</param>
/// <param name="Classes">The classes' names; null where the label had none.</param>
/// <param name="Head">What comes after the architecture; null for a linear layer.</param>
/// <param name="Columns">The names of the columns that the model appends; null for the usual ones.</param>
internal sealed record ModelSpec(
    Backbone Backbone,
    int ClassCount,
    NetworkInput Input,
    InputNormalization Normalization,
    ClassValues? Classes,
    Head? Head = null,
    OutputColumns? Columns = null)
{
    public Head Head { get; } = Head ?? Head.Linear();

    public OutputColumns Columns { get; } = Columns ?? new();

    /// <summary>D.</summary>
    [JsonIgnore]
    public int EmbeddingSize => Backbone.Graph(Input.Node).EmbeddingSize;

    /// <summary>S, the number of layer statistics.</summary>
    [JsonIgnore]
    public int StatisticsSize => StageStatistics.SizeOf(Backbone.Graph(Input.Node));

    /// <summary>The classes' names; their keys where the label had none.</summary>
    public IReadOnlyList<string> ClassNames()
        => [.. Enumerable.Range(0, ClassCount).Select(i => Classes?.NameOf(i) ?? (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>A network of this architecture to train, on the CPU, with freshly drawn weights.</summary>
    public ClassifierNetwork CreateNetwork(NetworkRandom random) => Backbone.CreateNetwork(Input.Node, ClassCount, random, Head);

    /// <summary>A network of this architecture whose weights are yet to be read, or without any on the META device.</summary>
    public ClassifierNetwork CreateNetwork(Device device) => Backbone.CreateNetwork(Input.Node, ClassCount, device, Head);

    /// <summary>Checks what a file could have wrong.</summary>
    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    public void Check()
    {
        if (ClassCount < 2)
            throw new InvalidDataException($"{ClassCount} classes are too few.");
        Classes?.Check();
        if (Classes is { } classes && classes.Count != ClassCount)
            throw new InvalidDataException($"it has {classes.Count} class names for {ClassCount} classes.");
        if (Columns.Fault() is { } fault)
            throw new InvalidDataException($"{fault}.");
        Input.Check();
        try
        {
            Input.CheckFits(Backbone);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException(e.Message);
        }
        if (Normalization.Mean.Count != Input.Channels)
            throw new InvalidDataException($"it normalises {Normalization.Mean.Count} channels or features of {Input.Rows}, which have {Input.Channels}.");
    }
}
