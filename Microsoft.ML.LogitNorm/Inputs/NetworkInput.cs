using System.Text.Json.Serialization;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a network takes of a row, and how a column's values become its input: images, or feature vectors.</summary>
/// <remarks>
/// All else works on rows as tensors [N, …], the last dimension of which is what is normalised: channels of images [N, H, W, C], features of vectors [N, D].
/// It is saved with the model, which binds to a column of the same name.
/// </remarks>
/// <param name="Name">The column's name.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ImageInput), "images")]
[JsonDerivedType(typeof(VectorInput), "vectors")]
internal abstract record NetworkInput(string Name)
{
    private protected const string Role = "feature";

    private const int MostWarmUpBytes = 3 * 256 * 256 * sizeof(float);

    /// <summary>What the network's first node gives.</summary>
    [JsonIgnore]
    public abstract NodeShape Node { get; }

    /// <summary>The dimensions of one row's values, such as [H, W, C].</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<long> RowShape { get; }

    /// <summary>The type that values have in memory and in the training set: bytes stay bytes.</summary>
    [JsonIgnore]
    public abstract ScalarType ItemType { get; }

    /// <summary>Bytes of one row, at most what an array holds.</summary>
    [JsonIgnore]
    public abstract int BytesPerRow { get; }

    /// <summary>How many rows are classified together.</summary>
    [JsonIgnore]
    public abstract int RowsPerBatch { get; }

    /// <summary>What the rows are, for messages: "images of 3×32×32".</summary>
    [JsonIgnore]
    public abstract string Rows { get; }

    /// <summary>What one value is, for messages: "pixel".</summary>
    [JsonIgnore]
    public abstract string Item { get; }

    /// <summary>The dimensions of a small row of the kind, which costs little, whatever a model file says of its rows.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<long> ProbeShape { get; }

    /// <summary>The dimensions of a row by which a prediction engine warms up: the row's own, unless they are those of large images.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> WarmUpShape => BytesPerRow <= MostWarmUpBytes ? RowShape : ProbeShape;

    /// <summary>Channels or features, which are normalised one by one.</summary>
    [JsonIgnore]
    public int Channels => Node.Channels;

    /// <summary>Checks what can be known before the data is there: that there is such a column, and its kind.</summary>
    /// <param name="schema">The schema's shape.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="backbone">What will take it.</param>
    /// <param name="given">The images' size where the column's type does not tell it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static void Check(SchemaShape schema, string name, Backbone backbone, ImageShape? given)
    {
        if (backbone.TakesVectors)
            VectorInput.Check(schema, name, backbone);
        else
            ImageInput.Check(schema, name, given);
    }

    /// <summary>Finds the column and how it holds what a backbone takes.</summary>
    /// <param name="schema">The schema of the data.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="backbone">What will take it.</param>
    /// <param name="given">The images' size where the column's type does not tell it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, has another type, or its rows have no known size.</exception>
    public static NetworkInput Find(DataViewSchema schema, string name, Backbone backbone, ImageShape? given)
        => backbone.TakesVectors ? VectorInput.Find(schema, name, backbone) : ImageInput.Find(schema, name, given);

    /// <summary>Finds the column in another schema than that of training: of the name, with rows of the size, and in the units of training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, has another type or rows of another size.</exception>
    public abstract NetworkInput Bind(DataViewSchema schema);

    /// <summary>Reads the column from a row or cursor.</summary>
    public abstract InputReader Open(DataViewRow row);

    /// <summary>Normalised rows [B, …] as the network takes them.</summary>
    public abstract Tensor ToNetwork(Tensor normalized);

    /// <summary>What the size of a step in the input is a share of, in units of the normalised input, in the caller's scope.</summary>
    /// <param name="normalization">How the input is normalised.</param>
    /// <param name="scale">Its 1 / standard deviation, [channels].</param>
    public abstract Tensor StepUnit(InputNormalization normalization, Tensor scale);

    /// <summary>Checks that a backbone takes such rows.</summary>
    /// <exception cref="InvalidOperationException">It does not, or they are too small for it.</exception>
    public abstract void CheckFits(Backbone backbone);

    /// <summary>Checks what a file could have wrong.</summary>
    /// <exception cref="InvalidDataException">There is no name, or no row could be of that size.</exception>
    public virtual void Check()
    {
        if (Name.Length == 0)
            throw new InvalidDataException("the feature column has no name.");
    }

    /// <summary>Room for rows, [rows, …], in the caller's scope.</summary>
    public Tensor Room(long rows) => empty([rows, .. RowShape], ItemType);

    private protected static InvalidOperationException NotFor(Backbone backbone, string rows)
        => new($"{backbone} takes {(backbone.TakesVectors ? "feature vectors" : "images")}, not {rows}.");
}
