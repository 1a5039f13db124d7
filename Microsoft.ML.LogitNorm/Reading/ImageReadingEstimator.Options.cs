using System.Drawing;

namespace Microsoft.ML.LogitNorm;

public sealed partial class ImageReadingEstimator
{
    /// <summary>Options of the <see cref="ImageReadingEstimator"/>.</summary>
    public sealed record Options
    {
        /// <summary>Name of the new column with the images, <see cref="Microsoft.ML.Data.MLImage"/> of known size.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public required string OutputColumnName { get; init => field = NotEmpty(value, nameof(OutputColumnName)); }

        /// <summary>
        /// The column with the images' paths, a text, or with their bytes as a file has them, a vector of <see cref="byte"/>; null (default) for that of
        /// the name <see cref="OutputColumnName"/>, which the images then replace.
        /// </summary>
        /// <exception cref="ArgumentException">Empty.</exception>
        public string? InputColumnName { get; init => field = value is null ? null : NotEmpty(value, nameof(InputColumnName)); }

        /// <summary>Pixels across, at least 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
        public required int ImageWidth { get; init => field = AtLeastOne(value, nameof(ImageWidth)); }

        /// <summary>Pixels down, at least 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
        public required int ImageHeight { get; init => field = AtLeastOne(value, nameof(ImageHeight)); }

        /// <summary>
        /// Where paths that are not absolute start from; null or empty (default) for the working directory of the process. It is saved with the model.
        /// </summary>
        public string? ImageFolder { get; init; }

        /// <summary>How an image of another shape becomes that large. The default cuts off what hangs over.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Not one of the values.</exception>
        public ImageResizing Resizing { get; init => field = Defined(value, nameof(Resizing)); } = ImageResizing.Crop;

        /// <summary>What lies behind transparent pixels, and beside an image that is padded; opaque. The default is white.</summary>
        /// <exception cref="ArgumentException">Not opaque.</exception>
        public Color Background
        {
            get;
            init => field = value.A == byte.MaxValue
                ? value
                : throw new ArgumentException($"Background is {value}, which is not opaque: choose a colour whose A is 255.", nameof(Background));
        } = Color.White;

        /// <summary>
        /// Images with more pixels are refused before memory is spent on them. The default is 100 million, which take 400 MB while they are decoded; JPEGs that
        /// become much smaller take less.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
        public long MaxPixels
        {
            get;
            init => field = value >= 1
                ? value
                : throw new ArgumentOutOfRangeException(nameof(MaxPixels), value, "Give the most pixels that an image may have.");
        } = 100_000_000;

        /// <summary>What becomes of a row whose image cannot be read. The default is an exception that names it.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Not one of the values.</exception>
        public ImageErrorMode OnError { get; init => field = Defined(value, nameof(OnError)); } = ImageErrorMode.Throw;

        /// <summary>
        /// Name of the new column that says why an image is missing, a text, empty where it is not; only with <see cref="ImageErrorMode.Mark"/>.
        /// </summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string ErrorColumnName { get; init => field = NotEmpty(value, nameof(ErrorColumnName)); } = ColumnNames.ImageError;

        private static string NotEmpty(string value, string option)
            => string.IsNullOrEmpty(value) ? throw new ArgumentException($"{option} is empty; name a column.", option) : value;

        private static int AtLeastOne(int value, string option)
            => value >= 1 ? value : throw new ArgumentOutOfRangeException(option, value, "An image is at least 1 pixel wide and high.");

        private static T Defined<T>(T value, string option)
            where T : struct, Enum
            => Enum.IsDefined(value)
                ? value
                : throw new ArgumentOutOfRangeException(option, value, $"Choose one of {string.Join(", ", Enum.GetNames<T>())}.");
    }
}
