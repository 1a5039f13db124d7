using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads images from files or from bytes; made by <see cref="ImageReadingEstimator"/>.</summary>
public sealed class ImageReadingTransformer : RowToRowTransformer
{
    internal const string LoaderSignature = "LogitNormImageReading";

    private static readonly ModelFormat _format = new(
        "image reading", "LNREADIM", LoaderSignature, Written: 0x00010001, ReadableFrom: 0x00010001, OldestRead: 0x00010001);

    private readonly ImageReading _reading;

    internal ImageReadingTransformer(IHostEnvironment env, ImageReading reading)
        : base(env)
        => _reading = reading;

    /// <summary>
    /// What it reads, and how. An application makes of them a transformer that reads another column or refuses larger images, and puts it in place of this one.
    /// </summary>
    public ImageReadingEstimator.Options Options => _reading.ToOptions();

    private protected override ModelFormat Format => _format;

    private protected override RowMap Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ImageReadingRowMap(inputSchema, ImageReadingColumns.Find(inputSchema, _reading), _reading);
    }

    private protected override void Save(ModelWriter writer) => writer.Json("Reading", _reading, reading => reading.Check());

    private static ImageReadingTransformer Create(IHostEnvironment env, ModelLoadContext context)
        => new(env, new ModelReader(context, _format).Json<ImageReading>("Reading", read => read.Check()));
}
