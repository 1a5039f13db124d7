using System.Globalization;
using PaperBenchmark.Datasets.Files;
using Shared.CommandLine;

namespace PaperBenchmark.Datasets.Layouts;

/// <summary>Street View House Numbers, cropped digits: a MATLAB file per part.</summary>
/// <remarks><c>X</c> is [height, width, channel, image] with the first index fastest; <c>y</c> holds the digits, 10 for the digit 0.</remarks>
internal sealed record SvhnLayout : DatasetLayout
{
    private const int Side = 32;
    private const int Digits = 10;

    public override string Expected => "test_32x32.mat and train_32x32.mat, there or in svhn/";

    public override IReadOnlyList<string>? Find(string root, DatasetPart part)
        => $"{part.ToString().ToLowerInvariant()}_32x32.mat" is var file && FirstOf(root, [file, Path.Combine("svhn", file)]) is { } path ? [path] : null;

    public override ImageTable Load(IReadOnlyList<string> paths, DatasetRequest request)
    {
        var arrays = MatFile.Read(paths[0], "X", "y");
        request.Cancellation.ThrowIfCancellationRequested();
        try
        {
            return Load(arrays["X"], arrays["y"].ToDoubles(), request);
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"'{paths[0]}' cannot be read: {e.Message}", e);
        }
    }

    private static ImageTable Load(MatArray images, double[] digits, DatasetRequest request)
    {
        if (images.Dimensions is not ([Side, Side, 3] or [Side, Side, 3, _]) || digits.Length == 0)
            throw new InvalidDataException($"its array 'X' is {string.Join('×', images.Dimensions)}; expected {Side}×{Side}×3×N with N of at least 1.");
        var bytes = images.ToBytes();
        const int BytesPerImage = 3 * Side * Side;
        if (digits.Length != bytes.Length / BytesPerImage)
            throw new InvalidDataException($"it holds {bytes.Length / BytesPerImage:N0} images but {digits.Length:N0} digits.");
        if (Array.FindIndex(digits, digit => digit is not (>= 0 and <= Digits) || digit != Math.Floor(digit)) is >= 0 and var wrong)
            throw new InvalidDataException($"the digit of its image {wrong + 1:N0} is {digits[wrong].ToString(CultureInfo.InvariantCulture)}; "
                + "expected 1 to 10, where 10 stands for 0.");

        int[] labels = [.. digits.Select(digit => (int)digit % Digits)];
        var kept = EvenRows.Keep(labels, Digits, request.Limit);
        var pixels = new byte[kept.Count * 3 * request.Size * request.Size];
        var planes = new byte[BytesPerImage];
        foreach (var (i, row) in kept.Index())
        {
            Transpose(bytes.Slice(row * BytesPerImage, BytesPerImage), planes);
            SquareImage.Resize(planes, Side, request.Size, pixels.AsSpan(i * 3 * request.Size * request.Size));
        }

        return new(request.Name, request.Size, pixels, [.. Enumerable.Range(0, Digits).Select(digit => $"{digit}")], [.. kept.Select(row => labels[row])]);
    }

    private static void Transpose(ReadOnlySpan<byte> columns, Span<byte> planes)
    {
        for (var channel = 0; channel < 3; channel++)
        for (var x = 0; x < Side; x++)
        for (var y = 0; y < Side; y++)
            planes[(channel * Side + y) * Side + x] = columns[(channel * Side + x) * Side + y];
    }
}
