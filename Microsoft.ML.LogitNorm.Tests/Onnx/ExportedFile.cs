using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.LogitNorm.Tests.Onnx;

/// <summary>A model of <see cref="TinyImages"/> as ONNX, run by ONNX Runtime alone.</summary>
internal sealed class ExportedFile : IDisposable
{
    private readonly InferenceSession _session;

    public ExportedFile(ITransformer model, OnnxExportOptions? options = null)
    {
        using var stream = new MemoryStream();
        Export = new MLContext().Model.ExportToOnnx(model, stream, options);
        Bytes = stream.ToArray();
        _session = new(Bytes);
    }

    public OnnxExport Export { get; }

    public byte[] Bytes { get; }

    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    /// <summary>An output of some images, one row behind the other.</summary>
    public T[] Run<T>(string output, IEnumerable<TinyImages.Row> rows)
    {
        float[][] pixels = [.. rows.Select(row => Array.ConvertAll(row.Image, pixel => (float)pixel))];
        return Run<T>(output, pixels, 3, TinyImages.Size, TinyImages.Size);
    }

    public T[] Run<T>(string output, IReadOnlyCollection<float[]> rows, params int[] shape)
    {
        var tensor = new DenseTensor<float>(rows.SelectMany(row => row).ToArray(), [rows.Count, .. shape]);
        using var results = _session.Run([NamedOnnxValue.CreateFromTensor(Export.Input, tensor)], [output]);
        return [.. results[0].AsTensor<T>()];
    }

    public void Dispose() => _session.Dispose();
}
