using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Reading;

/// <summary>
/// The command <c>reading</c>: of folders of images, <c>ReadImages</c> against <c>LoadImages</c> and <c>ResizeImages</c>; of single files, what each costs and
/// what is said of it.
/// </summary>
internal static class ReadingCommand
{
    public const string Name = "reading";

    private const string Image = "Image";

    public static System.CommandLine.Command Create()
    {
        var paths = new Argument<string[]>("paths") { Description = "Folders of images, or single files, the first of which bears what a first reading costs." };
        var sides = new Option<int[]>("--side") { Description = "Pixels across and down.", DefaultValueFactory = _ => [224], AllowMultipleArgumentsPerToken = true };
        var mlnet = new Option<bool>("--mlnet") { Description = "Reads single files by LoadImages and ResizeImages." };
        var rounds = CountOption.Create("--rounds", "How often each is measured, in turns; the best round is told.", 5);
        var command = new System.CommandLine.Command(Name, "Measures reading images.") { paths, sides, mlnet, rounds };
        command.SetAction(result =>
        {
            var (given, side) = (result.GetValue(paths)!, result.GetValue(sides)!);
            var folders = given.Where(Directory.Exists).ToArray();
            if (folders.Length > 0)
                Compare([.. folders.SelectMany(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)).Order()], side, result.GetValue(rounds));
            foreach (var file in given.Except(folders))
                AnsiConsole.WriteLine(ReadAlone(file, side[0], result.GetValue(mlnet)));
        });
        return command;
    }

    private static void Compare(string[] files, int[] sides, int rounds)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns("to", "ReadImages", "LoadImages, ResizeImages", "times as fast");
        foreach (var side in sides)
        {
            var (ours, theirs) = (View(files, side, mlnet: false), View(files, side, mlnet: true));
            var seconds = EndToEnd.Rounds.Seconds(rounds, () => ReadAll(ours), () => ReadAll(theirs));
            var (mine, other) = (1000 * seconds[0].Min() / files.Length, 1000 * seconds[1].Min() / files.Length);
            table.AddRow($"{side}×{side}", Text(mine, "0.00 ms"), Text(other, "0.00 ms"), Text(other / mine, "0.0"));
        }
        AnsiConsole.WriteLine($"{files.Length} images");
        AnsiConsole.Write(table);
    }

    private static string ReadAlone(string file, int side, bool mlnet)
    {
        var (peak, start) = (Peak(), Stopwatch.GetTimestamp());
        var outcome = "read";
        try
        {
            ReadAll(View([file], side, mlnet));
        }
        catch (Exception e)
        {
            outcome = e.GetBaseException().Message;
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileName(file)}: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms, peak + {(Peak() - peak) >> 20} MB: {outcome}");
    }

    private static IDataView View(string[] files, int side, bool mlnet)
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(files.Select(file => new FileRow { Path = file }).ToArray());
        return mlnet
            ? ml.Transforms.LoadImages(Image, "", nameof(FileRow.Path)).Append(ml.Transforms.ResizeImages(Image, side, side)).Fit(rows).Transform(rows)
            : ml.Transforms.ReadImages(Image, side, side, nameof(FileRow.Path)).Fit(rows).Transform(rows);
    }

    private static void ReadAll(IDataView view)
        => Task.WaitAll([.. view.GetRowCursorSet([view.Schema[Image]], Environment.ProcessorCount).Select(cursor => Task.Run(() =>
        {
            using (cursor)
            {
                var get = cursor.GetGetter<MLImage>(view.Schema[Image]);
                MLImage image = null!;
                while (cursor.MoveNext())
                    get(ref image);
                image?.Dispose();
            }
        }))]);

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private sealed class FileRow
    {
        public string Path { get; set; } = "";
    }
}
