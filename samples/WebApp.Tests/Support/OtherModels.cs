using Microsoft.ML.Data;
using Shared.Models;

namespace WebApp.Tests.Support;

/// <summary>Models that ML.NET loads and the application cannot serve.</summary>
internal static class OtherModels
{
    /// <summary>The tiny model without its decision.</summary>
    public static byte[] WithoutDecision() => Without<OodDetectorTransformer>();

    /// <summary>The tiny model without the training images that it keeps.</summary>
    public static byte[] WithoutImages() => Without<NearestImagesTransformer>();

    /// <summary>The tiny model with two sets of training images.</summary>
    public static byte[] WithImagesTwice() => Changed(part => part is NearestImagesTransformer ? [part, part] : [part]);

    /// <summary>A model of features rather than images.</summary>
    public static byte[] OfVectors()
    {
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(new[] { new Vector() });
        return Saved(ml, ml.Transforms.NormalizeLpNorm("Features").Fit(rows), rows.Schema);
    }

    private static byte[] Without<T>()
        where T : ITransformer
        => Changed(part => part is T ? [] : [part]);

    private static byte[] Changed(Func<ITransformer, ITransformer[]> change)
    {
        var ml = new MLContext();
        using var model = (TransformerChain<ITransformer>)ml.Model.Load(TinyModel.Path, out var schema);
        return Saved(ml, new TransformerChain<ITransformer>([.. ModelParts.Of(model).SelectMany(change)]), schema);
    }

    private static byte[] Saved(MLContext ml, ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(model, schema, stream);
        return stream.ToArray();
    }

    private sealed class Vector
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [1, 2];
    }
}
