using System.Globalization;
using CsvHelper;
using Shared.Files;

namespace PaperBenchmark.Report;

/// <summary>A table as CSV, for other programs.</summary>
internal static class TableFile
{
    public static void Write(string path, ReportTable table) => AtomicFile.Write(path, stream =>
    {
        using var csv = new CsvWriter(new StreamWriter(stream, leaveOpen: true), CultureInfo.InvariantCulture);
        foreach (var row in table.Rows.Prepend(table.Columns))
        {
            foreach (var cell in row)
                csv.WriteField(cell);
            csv.NextRecord();
        }
    });
}
