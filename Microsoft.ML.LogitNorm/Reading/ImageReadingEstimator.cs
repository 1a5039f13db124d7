using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads images from files, or from their bytes, as a classifier takes them: upright, on a background, of one size.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this estimator, use `Transforms.ReadImages`. It takes the place of `LoadImages` and `ResizeImages`.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | A path: <xref:System.ReadOnlyMemory`1> of <xref:System.Char>; or an image file's bytes: Vector of <xref:System.Byte> |
/// | Output column data type | <xref:Microsoft.ML.Data.MLImage> of known size; with `ImageErrorMode.Mark` a text as well, which says why an image is missing |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.LogitNorm |
/// | Exportable to ONNX | No |
///
/// JPEG, PNG, WebP, GIF, BMP and ICO, with grey or coloured pixels, of 8 or 16 bits, with a palette, CMYK; of an animation the first frame. Colours become
/// sRGB. An image is turned as its EXIF orientation says, laid on the background where it is transparent, and resized, in one step; rows are decoded on all
/// cores, and come in their order. What is cut off, damaged, larger than `MaxPixels` or no image is an error.
/// ]]>
/// </format>
/// </remarks>
public sealed partial class ImageReadingEstimator : IEstimator<ImageReadingTransformer>
{
    private readonly IHostEnvironment _env;
    private readonly ImageReading _reading;

    internal ImageReadingEstimator(IHostEnvironment env, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _env = env;
        _reading = ImageReading.Of(options);
        if (_reading.Fault() is { } fault)
            throw new ArgumentException($"{fault}.", nameof(options));
    }

    /// <summary>The columns with the images appended.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column with the paths or bytes is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return ImageReadingColumns.Promise(inputSchema, _reading);
    }

    /// <summary>Makes the transformer. No row is read.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column with the paths or bytes is missing or has another type.</exception>
    public ImageReadingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImageReadingColumns.Find(input.Schema, _reading);
        return new(_env, _reading);
    }
}
