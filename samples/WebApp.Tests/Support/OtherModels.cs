using Microsoft.ML.Data;

namespace WebApp.Tests.Support;

/// <summary>Models that ML.NET loads and the application cannot serve.</summary>
internal static class OtherModels
{
    /// <summary>The tiny model without its decision.</summary>
    public static byte[] WithoutDecision()
    {
        var ml = new MLContext();
        using var model = (TransformerChain<ITransformer>)ml.Model.Load(TinyModel.Path, out var schema);
        return Saved(ml, new TransformerChain<ITransformer>([.. model.SkipLast(1)]), schema);
    }

    /// <summary>A model of features rather than images.</summary>
    public static byte[] OfVectors()
    {
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(new[] { new Vector() });
        return Saved(ml, ml.Transforms.NormalizeLpNorm("Features").Fit(rows), rows.Schema);
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
