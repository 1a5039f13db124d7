using Microsoft.ML;
using Microsoft.ML.Data;
using PaperBenchmark.Datasets;

namespace PaperBenchmark.Runs;

/// <summary>Images in memory as the data view that the trainer and its models take: columns <c>Image</c> and <c>Label</c>.</summary>
internal static class ImageView
{
    public const string ImageColumn = "Image";

    /// <param name="ml">The context.</param>
    /// <param name="images">The images; those of no class get the missing key as label.</param>
    /// <param name="classes">The classes' names: the key values of the label.</param>
    /// <param name="cancellation">Stops whoever reads the view.</param>
    public static IDataView Create(MLContext ml, ImageTable images, IReadOnlyList<string> classes, CancellationToken cancellation = default)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[ImageColumn].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, images.Size, images.Size);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), classes.Count);
        var names = new VBuffer<ReadOnlyMemory<char>>(classes.Count, [.. classes.Select(name => name.AsMemory())]);
        schema["Label"].AddAnnotation("KeyValues", names, new VectorDataViewType(TextDataViewType.Instance, classes.Count));
        return ml.Data.LoadFromEnumerable(Rows(images, cancellation), schema);
    }

    private static IEnumerable<Row> Rows(ImageTable images, CancellationToken cancellation)
    {
        for (var i = 0; i < images.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            // ML.NET takes the members of a class for keys that count from 0, and those beyond the last for missing ones.
            yield return new() { Image = images.Image(i).ToArray(), Label = images.Labels.Length == 0 ? uint.MaxValue : (uint)images.Labels[i] };
        }
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];

        public uint Label { get; set; }
    }
}
