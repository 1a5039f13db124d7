using System.IO.Hashing;
using System.Text;
using LogitNormTool.Prediction;
using Shared.CommandLine;
using Shared.Images;

namespace LogitNormTool.Features;

/// <summary>
/// The features of a network that was trained on ImageNet: ResNet-18 without its last layer, from the package Microsoft.ML.DnnImageFeaturizer.ResNet18. It
/// stays as it is; what is trained is a head on them.
/// </summary>
internal sealed class PretrainedNetwork : IDisposable
{
    /// <summary>The length of its last feature vector, after global average pooling.</summary>
    public const int FeatureCount = 512;

    /// <summary>Width and height of what it looks at.</summary>
    public const int ImageSize = 224;

    /// <summary>The column with the features.</summary>
    public const string Column = "Features";

    private const int ImagesBetweenSaves = 500;

    // All that decides the features beside the network's file.
    private const string Preparation = "ReadImages, 224x224, crop";

    private static readonly string[] _files = ["DnnImageModels/ResNetPrepOnnx/ResNetPreprocess.onnx", "DnnImageModels/ResNet18Onnx/ResNet18.onnx"];

    private readonly MLContext _ml;
    private readonly ImageContents _contents;
    private readonly FeatureCache _cache;

    public PretrainedNetwork(MLContext ml, ImageContents contents, string cacheFile, Action<string> cacheBegunAnew)
    {
        (_ml, _contents) = (ml, contents);
        _cache = FeatureCache.Open(cacheFile, Hash(), FeatureCount, cacheBegunAnew);
        FromPath = ml.Transforms.ReadImages("Image", ImageSize, ImageSize, "ImagePath", onError: ImageErrorMode.Mark)
            .Append(ml.Transforms.ExtractPixels("Pixels", "Image"))
            .Append(ml.Transforms.DnnFeaturizeImage(Column, model => model.ModelSelector.ResNet18(ml, model.OutputColumn, model.InputColumn), "Pixels"))
            .Fit(ml.Data.LoadFromEnumerable(Array.Empty<ImageRow>()));
    }

    /// <summary>From the path of an image to its features.</summary>
    public ITransformer FromPath { get; }

    /// <summary>
    /// The images with their features. Those that were never seen are computed, which takes most of the time of a training; the others are looked up.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="computed">Told after each image how many are computed, and how many there are to compute.</param>
    /// <param name="cancellation">Stops between two images; what was computed is kept.</param>
    public IReadOnlyList<FeatureRow> Features(IReadOnlyList<LabeledImage> images, Action<int, int> computed, CancellationToken cancellation)
    {
        var keys = _contents.OfAll(images, cancellation);
        var missing = keys.Zip(images).DistinctBy(pair => pair.First).Where(pair => _cache.Find(pair.First) is null).ToArray();
        try
        {
            Compute(missing, computed, cancellation);
        }
        finally
        {
            _cache.Save();
        }
        return [.. images.Zip(keys, (image, key) => new FeatureRow { ImagePath = image.Path, Label = image.Label, Features = _cache.Find(key)! })];
    }

    public void Dispose() => (FromPath as IDisposable)?.Dispose();

    private void Compute((UInt128 Key, LabeledImage Image)[] missing, Action<int, int> computed, CancellationToken cancellation)
    {
        var rows = Stoppable.Rows<ErrorRow>(
            _ml, FromPath.Transform(_ml.Data.LoadFromEnumerable(missing.Select(pair => new ImageRow { ImagePath = pair.Image.Path }))),
            (row, same) => same.ImageError = row.ImageError, cancellation);
        foreach (var (i, row) in _ml.Data.CreateEnumerable<Computed>(rows, reuseRowObject: false).Index())
        {
            if (row.ImageError.Length > 0)
                throw new InputException($"'{missing[i].Image.Path}' {row.ImageError}. Mend it, or remove it.");
            _cache.Add(missing[i].Key, row.Features);
            computed(i + 1, missing.Length);
            if ((i + 1) % ImagesBetweenSaves == 0)
                _cache.Save();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private sealed class Computed
    {
        public float[] Features { get; set; } = [];

        public string ImageError { get; set; } = "";
    }

    private sealed class ErrorRow
    {
        public string ImageError { get; set; } = "";
    }

    private static UInt128 Hash()
    {
        var hash = new XxHash128();
        foreach (var file in _files.Select(file => Path.Combine(AppContext.BaseDirectory, file)))
        {
            if (!File.Exists(file))
                throw new InputException($"'{file}' is missing: the pretrained network comes with the package Microsoft.ML.DnnImageFeaturizer.ResNet18. "
                    + "Install the tool again, or train with --features scratch.");
            hash.Append(File.ReadAllBytes(file));
        }
        hash.Append(Encoding.UTF8.GetBytes(Preparation));
        return hash.GetCurrentHashAsUInt128();
    }
}
