using LogitNormTool.Features;
using Microsoft.ML.Data;
using Shared.CommandLine;
using Shared.Models;

namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>A model that <c>logitnorm train</c> has saved, with an upload's bytes in place of a file's path.</summary>
internal static class UploadModel
{
    /// <summary>Loads a model of pretrained features.</summary>
    /// <exception cref="InputException">The file holds another one.</exception>
    public static TransformerChain<ITransformer> Load(MLContext ml, string path)
    {
        ITransformer[] parts = [.. ModelParts.Of(ml.Model.Load(path, out _))];
        if (parts is not [ImageReadingTransformer, ..] || parts.Any(part => part is LogitNormModel { ImageShape: not null }))
            throw new InputException($"MODEL {path}: this is no model of pretrained features. Make one: logitnorm train PHOTOS --features pretrained.");
        parts[0] = ml.Transforms.ReadImages("Image", PretrainedNetwork.ImageSize, PretrainedNetwork.ImageSize, nameof(Upload.Photo))
            .Fit(ml.Data.LoadFromEnumerable(Array.Empty<Upload>()));
        return new(parts);
    }
}
