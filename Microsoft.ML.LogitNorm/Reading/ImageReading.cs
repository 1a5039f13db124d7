using System.Drawing;
using System.Text.Json.Serialization;
using SkiaSharp;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>How images are read, as it is saved with a model.</summary>
/// <param name="Output">The column of the images.</param>
/// <param name="Input">The column of the paths or bytes.</param>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="Folder">Where paths that are not absolute start from; may be empty.</param>
/// <param name="Resizing">How an image becomes that large.</param>
/// <param name="Background">What lies behind it, as red, green and blue.</param>
/// <param name="MaxPixels">Larger images are refused.</param>
/// <param name="ErrorColumn">The column that says why an image is missing; null where that is an exception.</param>
internal sealed record ImageReading(
    string Output,
    string Input,
    int Width,
    int Height,
    string Folder,
    [property: JsonConverter(typeof(JsonStringEnumConverter<ImageResizing>))] ImageResizing Resizing,
    IReadOnlyList<int> Background,
    long MaxPixels,
    string? ErrorColumn)
{
    public IReadOnlyList<int> Background { get; } = ValueList.Of(Background ?? throw new ArgumentNullException(nameof(Background)));

    public static ImageReading Of(ImageReadingEstimator.Options options)
        => new(
            options.OutputColumnName,
            options.InputColumnName ?? options.OutputColumnName,
            options.ImageWidth,
            options.ImageHeight,
            options.ImageFolder ?? "",
            options.Resizing,
            [options.Background.R, options.Background.G, options.Background.B],
            options.MaxPixels,
            options.OnError == ImageErrorMode.Mark ? options.ErrorColumnName : null);

    /// <summary>The options that it was made of, defaults filled in.</summary>
    public ImageReadingEstimator.Options ToOptions()
    {
        var options = new ImageReadingEstimator.Options
        {
            OutputColumnName = Output,
            InputColumnName = Input,
            ImageWidth = Width,
            ImageHeight = Height,
            ImageFolder = Folder,
            Resizing = Resizing,
            Background = Color.FromArgb(Background[0], Background[1], Background[2]),
            MaxPixels = MaxPixels,
        };
        return ErrorColumn is null ? options : options with { OnError = ImageErrorMode.Mark, ErrorColumnName = ErrorColumn };
    }

    /// <summary>What cannot be; null if nothing is wrong.</summary>
    public string? Fault()
    {
        if (Width < 1 || Height < 1 || (long)Width * Height * 4 > Array.MaxLength)
            return Invariant($"Images of {Width:N0} × {Height:N0} pixels (ImageWidth, ImageHeight) cannot be made: ")
                + "at least 1 × 1, and less than 2 GB, are expected";
        if (ErrorColumn is not null && (ErrorColumn == Output || ErrorColumn == Input))
            return $"ErrorColumnName is '{ErrorColumn}', which is the column of the {(ErrorColumn == Output ? "images" : "paths or bytes")}; "
                + "give it a name of its own";
        return null;
    }

    /// <summary>Checks what a file could have wrong.</summary>
    /// <exception cref="InvalidDataException">A value cannot be.</exception>
    public void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Output);
        ArgumentException.ThrowIfNullOrEmpty(Input);
        ArgumentNullException.ThrowIfNull(Folder);
        if (ErrorColumn is { Length: 0 } || !Enum.IsDefined(Resizing) || MaxPixels < 1
            || Background is not { Count: 3 } || Background.Any(part => part is < 0 or > 255))
            throw new InvalidDataException($"images cannot be read in the way that it says: {this}.");
        if (Fault() is { } fault)
            throw new InvalidDataException($"{fault}.");
    }

    /// <summary>What decodes the images.</summary>
    public ImageDecoder CreateDecoder()
        => new(Width, Height, Resizing, new SKColor((byte)Background[0], (byte)Background[1], (byte)Background[2]), MaxPixels);
}
