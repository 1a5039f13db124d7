using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Keeps some training images, small, and names for each row the most similar ones, as the network sees them: why it says what it says.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this estimator, use `Transforms.NearestImages`. Fit it on the rows that the network was trained on.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Embedding`: Vector of <xref:System.Single>; to fit also the images, <xref:Microsoft.ML.Data.MLImage>, and the label, a key |
/// | Output column data type | `NearestImages`: Vector of <xref:System.Int32>, indices of `Images`; `NearestSimilarities`: Vector of <xref:System.Single> |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.LogitNorm |
/// | Exportable to ONNX | No |
///
/// The model file then shows training images to whoever has it.
///
/// Near is what has an embedding z of the same direction: the similarity is zᵀz′ / (‖z‖ ‖z′‖), in [−1, 1]. It is no score: how far the nearest image of
/// all training rows lies away, `OodScores.NearestNeighbours` tells, and whether that is unusual, the detector.
/// ]]>
/// </format>
/// </remarks>
public sealed class NearestImagesEstimator : IEstimator<NearestImagesTransformer>
{
    private readonly IHostEnvironment _env;
    private readonly int _count, _mostImages, _thumbnailSize;
    private readonly string _imageColumnName, _labelColumnName;
    private readonly NearestColumns _columns;

    internal NearestImagesEstimator(
        IHostEnvironment env, int count, int mostImages, int thumbnailSize, string imageColumnName, string labelColumnName, NearestColumns columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostImages, count);
        ArgumentOutOfRangeException.ThrowIfLessThan(thumbnailSize, 1);
        ArgumentException.ThrowIfNullOrEmpty(imageColumnName);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        columns.Check();
        TorchRuntime.EnsureAvailable(env);
        (_env, _count, _mostImages, _thumbnailSize) = (env, count, mostImages, thumbnailSize);
        (_imageColumnName, _labelColumnName, _columns) = (imageColumnName, labelColumnName, columns);
    }

    /// <summary>The columns with the nearest images and their similarities appended.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        LabelColumn.Check(inputSchema, _labelColumnName);
        ShownImages.Check(inputSchema, _imageColumnName);
        return _columns.Promise(inputSchema);
    }

    /// <summary>Samples the images to keep, the same number of each class and the same ones each time, and makes them small.</summary>
    /// <param name="input">
    /// The rows that the network was trained on, with its model's columns. Rows without a label, or whose image could not be read, are left out, with a
    /// warning in the log.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are fewer rows than images to name, a row cannot be read, or the images take more than a gigabyte.
    /// </exception>
    /// <exception cref="OperationCanceledException">The <see cref="MLContext"/> was cancelled.</exception>
    public NearestImagesTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var label = LabelColumn.Find(input.Schema, _labelColumnName);
        var images = ShownImages.Find(input.Schema, _imageColumnName);
        var sampling = new ImageSampling(input, label, images, _columns.Find(input.Schema), _mostImages, _thumbnailSize);
        var kept = HostCancellation.Run(_env, CancellationToken.None, sampling.Sample);
        if (kept is null || kept.Images.Count < _count)
            throw new InvalidOperationException(sampling.TooFew(kept?.Images.Count ?? 0, _count));
        using var log = new ContextLog(_env, "NearestImages");
        log.WarnOfUnlabelled(sampling.Unlabelled);
        log.WarnOfLeftOut(LeftOutRows.Warning(sampling.LeftOut, "rows"));
        return new(_env, _columns, _count, kept);
    }
}
