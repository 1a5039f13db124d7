using System.Globalization;

namespace LogitNormTool.Scoring;

/// <summary>How a list of images is divided into files of rows: the same way however many shards there are.</summary>
/// <param name="Images">How many images the list has.</param>
/// <param name="RowsPerFile">How many rows each file but the last has.</param>
internal readonly record struct ScoreFiles(long Images, int RowsPerFile)
{
    /// <summary>What any such file is called, to look for.</summary>
    public const string Pattern = "scores-*-of-*.jsonl";

    private const int FewestDigits = 5;

    /// <summary>How many files there are.</summary>
    public int Count => checked((int)((Images + RowsPerFile - 1) / RowsPerFile));

    /// <summary>The number of rows of a file.</summary>
    /// <param name="file">Which one, from 0.</param>
    public int Rows(int file) => (int)Math.Min(RowsPerFile, Images - First(file));

    /// <summary>The place in the list of a file's first image, from 0.</summary>
    public long First(int file) => (long)file * RowsPerFile;

    /// <summary>The name of a file, in which files are counted from 1.</summary>
    public string Name(int file) => $"scores-{Number(file + 1)}-of-{Number(Count)}.jsonl";

    /// <summary>A file with the images that are in it, for people.</summary>
    public string Describe(int file) => string.Create(
        CultureInfo.InvariantCulture, $"{Name(file)} (images {First(file) + 1:N0} to {First(file) + Rows(file):N0} of the list)");

    /// <summary>The names of the files that are in a folder.</summary>
    public static IReadOnlySet<string> In(string folder)
        => Directory.EnumerateFiles(folder, Pattern).Select(path => Path.GetFileName(path)!).ToHashSet(StringComparer.Ordinal);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(FewestDigits, '0');
}
