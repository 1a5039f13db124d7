using System.Globalization;
using CsvHelper;
using Shared.CommandLine;
using Shared.Files;

namespace PaperBenchmark.Runs;

/// <summary>The file <c>epochs.csv</c> of a run, whole at every moment.</summary>
internal static class EpochLog
{
    /// <summary>The lines, by epoch; none where there is no file.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static IReadOnlyList<EpochLine> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        try
        {
            using var csv = new CsvReader(new StreamReader(path), CultureInfo.InvariantCulture);
            return [.. csv.GetRecords<EpochLine>()];
        }
        catch (CsvHelperException e)
        {
            throw new InputException($"'{path}' is damaged: {e.Message.Split('\n')[0].TrimEnd()} Delete the run's folder to make the run anew.", e);
        }
    }

    /// <summary>Adds a line, in the place of the one of that epoch and of those after it, which a training that was stopped may have left.</summary>
    public static void Add(string path, EpochLine line)
    {
        EpochLine[] lines = [.. Read(path).Where(other => other.Epoch < line.Epoch), line];
        AtomicFile.Write(path, stream =>
        {
            using var csv = new CsvWriter(new StreamWriter(stream, leaveOpen: true), CultureInfo.InvariantCulture);
            csv.WriteRecords(lines);
        });
    }
}
