using Microsoft.ML.Data;
using Shared.Models;

namespace WebApp.Engines;

/// <summary>A saved pipeline, turned into one that takes bytes.</summary>
internal static class UploadPipeline
{
    private const string Remedy = "Serve a model of QuickStart or of `logitnorm train`, "
        + "or one whose pipeline has ReadImages, the LogitNorm trainer, OodScore and OodDetector.";

    /// <summary>
    /// The same parts, but for ReadImages: it reads <see cref="Upload.Bytes"/> whether it read paths or bytes before, refuses larger images, and marks what it
    /// cannot read.
    /// </summary>
    /// <param name="ml">Where it runs.</param>
    /// <param name="model">The saved pipeline. It owns the parts that the two share.</param>
    /// <param name="maxPixels">The most pixels of an image; fewer where the model says so.</param>
    /// <exception cref="ModelException">It does not read images by ReadImages, or gives no verdicts.</exception>
    public static ITransformer Of(MLContext ml, ITransformer model, long maxPixels)
    {
        ITransformer[] parts = [.. ModelParts.Of(model)];
        if (parts.Count(part => part is ImageReadingTransformer) is not 1 and var count)
            throw new ModelException($"The model has {(count == 0 ? "no" : count)} ReadImages, and one is expected: it would take no bytes. {Remedy}");
        var none = ml.Data.LoadFromEnumerable(Array.Empty<Upload>());
        var pipeline = new TransformerChain<ITransformer>([.. parts.Select(part => part is ImageReadingTransformer reading
            ? ml.Transforms.ReadImages(reading.Options with
            {
                InputColumnName = nameof(Upload.Bytes),
                MaxPixels = Math.Min(reading.Options.MaxPixels, maxPixels),
                OnError = ImageErrorMode.Mark,
                ErrorColumnName = nameof(Verdict.ImageError),
            }).Fit(none)
            : part)]);
        RequireVerdicts(pipeline.GetOutputSchema(none.Schema));
        return pipeline;
    }

    /// <summary>The names of the classes, in the order of <see cref="Verdict.Score"/>.</summary>
    public static IReadOnlyList<string> Classes(MLContext ml, ITransformer pipeline)
    {
        var score = pipeline.GetOutputSchema(ml.Data.LoadFromEnumerable(Array.Empty<Upload>()).Schema)[nameof(Verdict.Score)];
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        score.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static void RequireVerdicts(DataViewSchema schema)
    {
        string[] wanted = [nameof(Verdict.Score), nameof(Verdict.OodScore), nameof(Verdict.OodConfidence), nameof(Verdict.IsOutOfDistribution)];
        var missing = wanted.Where(name => schema.GetColumnOrNull(name) is null).ToList();
        if (missing.Count > 0)
            throw new ModelException($"The model gives no {string.Join(", no ", missing)}. {Remedy}");
        if (!schema[nameof(Verdict.Score)].HasSlotNames())
            throw new ModelException($"The column {nameof(Verdict.Score)} of the model does not name the classes. {Remedy}");
    }
}
