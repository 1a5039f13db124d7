using Microsoft.ML;

namespace Shared.Models;

/// <summary>The transformers that a model is made of.</summary>
public static class ModelParts
{
    /// <summary>All of them in their order, those of pipelines within the pipeline in their place.</summary>
    /// <param name="model">A pipeline, or a single transformer.</param>
    public static IEnumerable<ITransformer> Of(ITransformer model) => model is IEnumerable<ITransformer> chain ? chain.SelectMany(Of) : [model];
}
