using System.Text.Json.Serialization;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A column of feature vectors, from whatever transform: a plain <c>Vector&lt;Single, D></c>, or one whose other dimensions are 1, as ONNX networks have them.
/// </summary>
/// <param name="Name">The column's name.</param>
/// <param name="Length">D.</param>
internal sealed record VectorInput(string Name, int Length) : NetworkInput(Name)
{
    private const int MostRows = 1024, MostLength = 16 << 20;
    private const long MostBatchBytes = 64 << 20;
    private const string Expected = "Vector<Single> of known length, at most 16 million";
    private const string NameIt = "Name the column that holds the features in FeatureColumnName, or put several together with Concatenate.";

    [JsonIgnore]
    public override NodeShape Node => NodeShape.Vector(Length);

    [JsonIgnore]
    public override IReadOnlyList<long> RowShape => [Length];

    [JsonIgnore]
    public override ScalarType ItemType => ScalarType.Float32;

    [JsonIgnore]
    public override int BytesPerRow => checked(Length * sizeof(float));

    [JsonIgnore]
    public override int RowsPerBatch => (int)Math.Clamp(MostBatchBytes / BytesPerRow, 1, MostRows);

    [JsonIgnore]
    public override string Rows => $"vectors of {Length} features";

    [JsonIgnore]
    public override string Item => "feature";

    [JsonIgnore]
    public override IReadOnlyList<long> ProbeShape => RowShape;

    public override string ToString() => Rows;

    /// <summary>Checks what can be known before the data is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static void Check(SchemaShape schema, string name, Backbone backbone)
    {
        var column = RequiredColumn.Find(schema, Role, name, NameIt);
        if (column is not { Kind: SchemaShape.Column.VectorKind.Vector, IsKey: false } || column.ItemType != NumberDataViewType.Single)
            throw Mismatch(
                name,
                backbone,
                column.Kind == SchemaShape.Column.VectorKind.Scalar ? column.ItemType.ToString()! : $"{column.Kind} of {column.ItemType}",
                column.ItemType);
    }

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The column is missing, or is no vector of floats of a known length, or has a shape of two and more dimensions.
    /// </exception>
    public static VectorInput Find(DataViewSchema schema, string name, Backbone backbone)
    {
        var column = RequiredColumn.Find(schema, Role, name, NameIt);
        return column.Type is VectorDataViewType { IsKnownSize: true, Size: <= MostLength } vector && vector.ItemType == NumberDataViewType.Single
            && vector.Dimensions.Count(length => length != 1) <= 1
            ? new(name, vector.Size)
            : throw Mismatch(name, backbone, column.Type.ToString()!, Telling(column.Type));

        // What says most about what is wrong.
        static DataViewType Telling(DataViewType type)
            => type is VectorDataViewType { Dimensions.Length: 1, ItemType: var item, IsKnownSize: var known } && (known || item != NumberDataViewType.Single)
                ? item
                : type;
    }

    public override NetworkInput Bind(DataViewSchema schema)
    {
        var column = RequiredColumn.Find(schema, Role, Name, NameIt);
        return column.Type is VectorDataViewType { IsKnownSize: true } vector && vector.ItemType == NumberDataViewType.Single && vector.Size == Length
            ? this
            : throw ColumnError.Mismatch(
                Role, Name, $"Vector<Single, {Length}>, as in training", column.Type.ToString()!, "Give the model the same transforms as in training.");
    }

    public override InputReader Open(DataViewRow row) => InputReader.Open(row, this);

    public override Tensor ToNetwork(Tensor normalized) => normalized;

    /// <remarks>Each feature's standard deviation, which is 1 in the normalised input.</remarks>
    public override Tensor StepUnit(InputNormalization normalization, Tensor scale) => ones_like(scale);

    public override void CheckFits(Backbone backbone)
    {
        if (!backbone.TakesVectors)
            throw NotFor(backbone, Rows);
    }

    public override void Check()
    {
        base.Check();
        if (Length < 1 || Length > MostLength)
            throw new InvalidDataException($"vectors of {Length} features are impossible.");
    }

    private static Exception Mismatch(string name, Backbone backbone, string found, DataViewType type)
        => ColumnError.Mismatch(Role, name, $"{Expected}, as {backbone} takes it", found, type switch
        {
            ImageDataViewType => "Choose a backbone for images, such as Backbone.WideResNet(), or make features of them first, such as by ApplyOnnxModel.",
            VectorDataViewType { Dimensions.Length: > 1 }
                => "Choose a backbone for images, such as Backbone.WideResNet(), or put the values into a plain vector with Concatenate.",
            TextDataViewType => "Make features of the text first, such as by FeaturizeText.",
            VectorDataViewType { IsKnownSize: false }
                => "Its length must be known before there is data: give the property a VectorType attribute with it, or make the vector by Concatenate.",
            NumberDataViewType => "Put the numbers into one vector with Concatenate, and other types than Single through Conversion.ConvertType before.",
            _ => "Make numbers of it first, such as by OneHotEncoding, and put them into one vector with Concatenate.",
        });
}
