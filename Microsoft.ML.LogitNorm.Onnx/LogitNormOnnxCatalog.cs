using Microsoft.ML.LogitNorm;

namespace Microsoft.ML;

/// <summary>Export to ONNX, on <see cref="MLContext.Model"/>.</summary>
public static class LogitNormOnnxCatalog
{
    /// <summary>
    /// Writes a trained model of this library as ONNX: its network, with normalisation inside, and the scores, the temperature and the decisions that come
    /// behind it. An application that runs the file needs ONNX Runtime, and no libtorch.
    /// </summary>
    /// <remarks>
    /// The file begins at the column that the network takes: images as <c>ExtractPixels</c> gives them by default, [batch, channels, height, width] in the
    /// units of training (0 to 255 for images), or feature vectors [batch, features]. What comes before, such as reading and resizing, is not part of it.
    /// Outputs have the names of the model's columns and the shape [batch, length]; <c>PredictedLabel</c> is the class's name. Before it is written, the file
    /// is run in ONNX Runtime and compared with the model.
    /// </remarks>
    /// <param name="catalog"><see cref="MLContext.Model"/>.</param>
    /// <param name="model">A model with one LogitNorm network, alone or with what comes before and behind it.</param>
    /// <param name="stream">Gets the file once it has been compared; nothing is written before.</param>
    /// <param name="options">Which rows to compare it on; null for the defaults.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="NotSupportedException">Something of the model has no form in ONNX; names it, and what has.</exception>
    /// <exception cref="ArgumentException">There is no LogitNorm network in the model, or there are several.</exception>
    /// <exception cref="InvalidOperationException">The file computes something else than the model; says which output, and by how much.</exception>
    public static OnnxExport ExportToOnnx(this ModelOperationsCatalog catalog, ITransformer model, Stream stream, OnnxExportOptions? options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        var (export, file) = OnnxExporter.Export(model, options ?? new());
        stream.Write(file);
        return export;
    }

    /// <summary>The same to a file, which is replaced only whole, compared with the model on noise.</summary>
    /// <inheritdoc cref="ExportToOnnx(ModelOperationsCatalog, ITransformer, string, OnnxExportOptions?)"/>
    public static OnnxExport ExportToOnnx(this ModelOperationsCatalog catalog, ITransformer model, string filePath)
        => catalog.ExportToOnnx(model, filePath, options: null);

    /// <summary>The same to a file, which is replaced only whole.</summary>
    /// <inheritdoc cref="ExportToOnnx(ModelOperationsCatalog, ITransformer, Stream, OnnxExportOptions?)"/>
    /// <param name="catalog"><see cref="MLContext.Model"/>.</param>
    /// <param name="model">A model with one LogitNorm network, alone or with what comes before and behind it.</param>
    /// <param name="filePath">The file, usually .onnx.</param>
    /// <param name="options">Which rows to compare it on; null for the defaults.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static OnnxExport ExportToOnnx(this ModelOperationsCatalog catalog, ITransformer model, string filePath, OnnxExportOptions? options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        WholeFile.CheckWritable(filePath);
        var (export, file) = OnnxExporter.Export(model, options ?? new());
        WholeFile.Write(filePath, stream => stream.Write(file));
        return export;
    }
}
