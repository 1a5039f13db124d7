using System.Text.Json.Serialization;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>How a column of an ML.NET schema holds images: as <see cref="MLImage"/>, or as a vector of pixels in one of two orders.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Shape">The size of its images.</param>
/// <param name="Kind">What the column's values are.</param>
/// <param name="Interleaved">For vectors: channels last (height, width, channel); otherwise channels first, as <c>ExtractPixels</c> gives by default.</param>
internal sealed record ImageInput(string Name, ImageShape Shape, PixelKind Kind, bool Interleaved) : NetworkInput(Name)
{
    private const int MostBatchBytes = 256 << 20;
    private const string NameIt = "Name the column that holds the images in FeatureColumnName, or make one with LoadImages and ResizeImages.";
    private const string Expected = "MLImage of known size or a vector of Single or Byte of known shape";

    [JsonIgnore]
    public override NodeShape Node => NodeShape.Image(Shape.Channels);

    [JsonIgnore]
    public override IReadOnlyList<long> RowShape => [Shape.Height, Shape.Width, Shape.Channels];

    [JsonIgnore]
    public override ScalarType ItemType => Kind == PixelKind.VectorOfSingle ? ScalarType.Float32 : ScalarType.Byte;

    [JsonIgnore]
    public override int BytesPerRow => checked((int)Shape.ValueCount * BytesPerValue(Kind));

    /// <remarks>
    /// 128 up to 64×64 pixels, where more are no faster, and fewer of larger ones, so that a network's feature maps stay within some hundred megabytes, and the
    /// images themselves, which may have many channels, within <see cref="MostBatchBytes"/>.
    /// </remarks>
    [JsonIgnore]
    public override int RowsPerBatch => (int)Math.Clamp(MostBatchBytes / BytesPerValue(Kind) / Shape.ValueCount, 1, ImagesAtOnce(Shape.Height, Shape.Width));

    [JsonIgnore]
    public override string Rows => $"images of {Shape}";

    [JsonIgnore]
    public override string Item => "pixel";

    public override string ToString() => $"{Kind} {Shape}";

    public override void Check()
    {
        base.Check();
        if (!Enum.IsDefined(Kind))
            throw new InvalidDataException($"images of kind {Kind} are unknown.");
        if (!Fits(Shape))
            throw new InvalidDataException($"images of {Shape} are impossible.");
        if (Kind == PixelKind.Image && Shape.Channels is not (1 or 3))
            throw new InvalidDataException($"images of {Shape} are impossible: an MLImage has 1 or 3 channels.");
    }

    public override NetworkInput Bind(DataViewSchema schema)
    {
        var image = Find(schema, Name, SizeIsLostIn(schema) ? Shape : null);
        if (schema[Name].Type is VectorDataViewType { Dimensions.Length: 1 })   // the order of its values is lost too: it is training's
            image = image with { Interleaved = Interleaved };
        if (Kind == PixelKind.VectorOfSingle && image.Kind != PixelKind.VectorOfSingle)
            throw ColumnError.Mismatch(
                Role,
                image.Name,
                "Vector<Single>, in the units of training",
                $"{image.Kind}, whose values run from 0 to 255",
                "Give the model the same transforms as in training.");
        if (image.Kind == PixelKind.Image && Shape.Channels is 1 or 3)   // an MLImage serves as colour or as grey
            image = image with { Shape = image.Shape with { Channels = Shape.Channels } };
        return image.Shape == Shape
            ? image
            : throw ColumnError.Mismatch(
                Role, image.Name, $"images of {Shape}, as in training", image.Shape.ToString(), "Resize the images to that size before the model.");
    }

    public override InputReader Open(DataViewRow row) => InputReader.Open(row, this);

    /// <remarks>[B, H, W, C] to the view [B, C, H, W], which lies in memory channels last.</remarks>
    public override Tensor ToNetwork(Tensor normalized) => normalized.permute(0, 3, 1, 2);

    /// <remarks>The whole range of pixel values, black to white.</remarks>
    public override Tensor StepUnit(InputNormalization normalization, Tensor scale) => scale.view(-1, 1, 1).Times(normalization.PixelRange(Kind));

    /// <remarks>Images are cut to <see cref="FoldedNetwork.MostProbeSide"/>.</remarks>
    [JsonIgnore]
    public override IReadOnlyList<long> ProbeShape
        => [Math.Min(Shape.Height, FoldedNetwork.MostProbeSide), Math.Min(Shape.Width, FoldedNetwork.MostProbeSide), Shape.Channels];

    public override void CheckFits(Backbone backbone)
    {
        if (backbone.TakesVectors)
            throw NotFor(backbone, $"{Rows}");
        var smallest = backbone.Graph(Node).MinimumImageSize;
        if (Math.Min(Shape.Height, Shape.Width) < smallest)
            throw new InvalidOperationException(
                $"Images of {Shape} in column '{Name}' are too small for {backbone}, which needs at least {smallest}×{smallest} pixels. "
                + "Resize them, or choose another backbone.");
    }

    /// <summary>How many images of a size go through a network together.</summary>
    public static long ImagesAtOnce(long height, long width) => Math.Clamp(128L * 64 * 64 / (height * width), 1, 128);

    /// <summary>Checks what can be known before the data is there: that there is such a column, and its kind.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static void Check(SchemaShape schema, string name, ImageShape? given)
    {
        var column = RequiredColumn.Find(schema, Role, name, NameIt);
        switch (column)
        {
            case { Kind: SchemaShape.Column.VectorKind.Scalar, ItemType: ImageDataViewType image }:
                CheckSize(image, name, given);
                break;
            case { Kind: SchemaShape.Column.VectorKind.Vector, IsKey: false } when IsPixel(column.ItemType):
                break;
            case { Kind: SchemaShape.Column.VectorKind.VariableVector } when given is not null && IsPixel(column.ItemType):
                break;
            default:
                throw ColumnError.Mismatch(
                    Role, name, Expected, Describe(column), Remedy(column.ItemType, column.Kind != SchemaShape.Column.VectorKind.Scalar));
        }
    }

    /// <summary>Finds the column and how it holds its images.</summary>
    /// <param name="schema">The schema of the data.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="given">The images' size where the column's type does not tell it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, has another type, or its images have no known size.</exception>
    public static ImageInput Find(DataViewSchema schema, string name, ImageShape? given)
    {
        var column = RequiredColumn.Find(schema, Role, name, NameIt);
        switch (column.Type)
        {
            case ImageDataViewType image:
                CheckSize(image, name, given);
                return Checked(new(name, given ?? new(3, image.Height, image.Width), PixelKind.Image, Interleaved: true), column);
            case VectorDataViewType vector when IsPixel(vector.ItemType):
                var (shape, interleaved) = VectorShape(vector, name, given);
                return Checked(
                    new(name, shape, vector.ItemType.RawType == typeof(float) ? PixelKind.VectorOfSingle : PixelKind.VectorOfByte, interleaved), column);
            default:
                throw ColumnError.Mismatch(Role, name, Expected, column.Type.ToString()!, Remedy(column.Type, isVector: false));
        }
    }

    /// <summary>
    /// Whether a schema's column of this name does not tell the size of its images. It is then taken for this column's, and each row is checked.
    /// </summary>
    internal bool SizeIsLostIn(DataViewSchema schema) => schema.GetColumnOrNull(Name) is { Type: var type } && type switch
    {
        ImageDataViewType image => image.Height == 0,
        VectorDataViewType vector => OwnShape(vector) is not { Shape: var own } || (own != Shape && vector.Size == Shape.ValueCount),
        _ => false,
    };

    // An array or a span holds no more; as floats, whatever they are, as a model takes each kind of column.
    private static bool Fits(ImageShape shape) => shape.ValueCount <= Array.MaxLength / sizeof(float);

    private static ImageInput Checked(ImageInput image, DataViewSchema.Column column)
        => Fits(image.Shape)
            ? image
            : throw ColumnError.Mismatch(
                Role, image.Name, "images of less than 2 GB each as floats", $"{column.Type} of {image.Shape}", "Put ResizeImages before the trainer.");

    private static int BytesPerValue(PixelKind kind) => kind == PixelKind.VectorOfSingle ? sizeof(float) : 1;

    private static bool IsPixel(DataViewType type) => type is NumberDataViewType && (type.RawType == typeof(float) || type.RawType == typeof(byte));

    private static void CheckSize(ImageDataViewType image, string name, ImageShape? given)
    {
        if (image.Height == 0 && given is null)
            throw ColumnError.Mismatch(Role, name, Expected, "Image of unknown size",
                "Put ResizeImages before the trainer, or, if all images have one size already, give it as ImageShape.");
        if (image.Height > 0 && given is not null && (image.Height, image.Width) != (given.Height, given.Width))
            throw ColumnError.Mismatch(
                Role, name, $"images of {given.Height}×{given.Width} (ImageShape)", image.ToString(), "Leave ImageShape out, or resize to it.");
        if (given is not null && given.Channels is not (1 or 3))
            throw ColumnError.Mismatch(Role, name, "1 or 3 channels for MLImage", $"ImageShape {given}", "Use 3 for colour or 1 for grey.");
    }

    private static (ImageShape Shape, bool Interleaved) VectorShape(VectorDataViewType type, string name, ImageShape? given)
    {
        if (given is null)
            return OwnShape(type)
                ?? throw ColumnError.Mismatch(
                    Role,
                    name,
                    Expected,
                    type.ToString()!,
                    "The shape is lost: use ExtractPixels directly before the trainer, or give ImageShape. "
                    + "Where these are no pixels, choose Backbone.Dense().");
        return type.Dimensions switch
        {
            [var c, var h, var w] when (c, h, w) == (given.Channels, given.Height, given.Width) => (given, false),
            [var h, var w, var c] when (c, h, w) == (given.Channels, given.Height, given.Width) => (given, true),
            [var h, var w] when (1, h, w) == (given.Channels, given.Height, given.Width) => (given, false),
            [var size] when size == given.ValueCount || !type.IsKnownSize => (given, false),
            [_] => throw ColumnError.Mismatch(
                Role, name, $"Vector<{type.ItemType}, {given.ValueCount}> for ImageShape {given}", type.ToString()!, "Make ImageShape fit the vector."),
            _ => throw ColumnError.Mismatch(
                Role,
                name,
                $"images of {given} (ImageShape)",
                type.ToString()!,
                OwnShape(type) is null ? "Make ImageShape fit the column." : "Leave ImageShape out: the column's type tells the shape."),
        };
    }

    // What the type alone tells: three dimensions of which one can only be colours, or two.
    private static (ImageShape Shape, bool Interleaved)? OwnShape(VectorDataViewType type) => type.Dimensions switch
    {
        [var c, var h, var w] when h > 0 && w > 0 && IsChannelCount(c) => (new(c, h, w), false),
        [var h, var w, var c] when h > 0 && w > 0 && IsChannelCount(c) => (new(c, h, w), true),
        [var h, var w] when h > 0 && w > 0 => (new(1, h, w), false),
        _ => null,
    };

    private static bool IsChannelCount(int value) => value is 1 or 3 or 4;

    private static string Describe(SchemaShape.Column column)
    {
        var item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!;
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Scalar => item,
            SchemaShape.Column.VectorKind.Vector => $"Vector<{item}>",
            _ => $"VarVector<{item}>",
        };
    }

    private static string Remedy(DataViewType item, bool isVector)
        => item is TextDataViewType && !isVector
            ? "If the column holds file paths, put LoadImages and ResizeImages before the trainer."
            : "Put LoadImages and ResizeImages, or ExtractPixels, before the trainer.";
}
