using System.CommandLine;
using System.Globalization;
using LogitNormTool.Audit;
using Shared.Images;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>The command <c>planted-audit</c>: how many mistakes that are planted in a folder stand among the first that <c>logitnorm audit</c> shows.</summary>
internal static class PlantedAuditCommand
{
    public const string Name = "planted-audit";

    public static System.CommandLine.Command Create()
    {
        var photos = new Argument<string>("PHOTOS") { Description = "Photos as logitnorm audit takes them." };
        var strangers = new Argument<string?>("STRANGERS")
        {
            Description = "A folder or zip with photos of none of the classes. Without it each class is left out in turn, and its photos are the strangers.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var part = new Option<DataPart>("--part") { Description = "Which photos, where there are both.", DefaultValueFactory = _ => DataPart.Train };
        var count = CountOption.Create("--count", "How many photos are moved to a wrong folder, and how many strangers put among them.", 20);
        var first = CountOption.Create("--first", "How many of the most suspicious are looked at.", 60);
        var seeds = CountOption.Create("--seeds", "How often, each with other mistakes and another audit.", 3);
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where the folders, the features and the pages go.", HelpName = "DIR", DefaultValueFactory = _ => "artifacts/planted-audit",
        };
        var command = new System.CommandLine.Command(Name, "Plants mistakes in a folder of photos and counts those that logitnorm audit shows first.")
        {
            photos, strangers, part, count, first, seeds, output,
        };
        command.SetAction((result, cancellation) =>
        {
            var source = new ImageSource(Path.Combine(result.GetValue(output)!, "cache"));
            var known = ClassFolders.Open(source, "PHOTOS", result.GetValue(photos)!, result.GetValue(part), limit: null, cancellation);
            var sets = result.GetValue(strangers) is { } path
                ? [(Path.GetFileName(path), known, source.Read("STRANGERS", path, "a folder or a zip of images", cancellation).AllImages)]
                : known.GroupBy(photo => photo.Label).Select(left => (
                    left.Key,
                    (IReadOnlyList<LabeledImage>)[.. known.Where(photo => photo.Label != left.Key)],
                    (IReadOnlyList<string>)[.. left.Select(photo => photo.Path)])).ToArray();
            Show(sets, result.GetValue(count), result.GetValue(first), result.GetValue(seeds), result.GetValue(output)!, cancellation);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Show(
        (string Name, IReadOnlyList<LabeledImage> Known, IReadOnlyList<string> Unknown)[] sets,
        int count,
        int first,
        int seeds,
        string output,
        CancellationToken cancellation)
    {
        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns("strangers", "seed", "photos", $"moved, among the first {first}", $"strangers, among the first {first}", "together");
        var (allMoved, allFound, planted) = (0, 0, 0);
        foreach (var (name, known, unknown) in sets)
            for (var seed = 1; seed <= seeds; seed++)
            {
                var mistakes = PlantedPhotos.Write(Path.Combine(output, "planted"), known, unknown, count, seed);
                var suspects = new AuditJob(mistakes.Folder, first, seed, output, cancellation).Run();
                string[] shown = [.. suspects.Take(first).Select(suspect => Path.GetFullPath(suspect.Image))];
                var (moved, found) = (shown.Count(mistakes.Moved.Contains), shown.Count(mistakes.Strangers.Contains));
                (allMoved, allFound, planted) = (allMoved + moved, allFound + found, planted + count);
                table.AddRow(name, Text(seed), Text(suspects.Count), $"{moved} of {count}", $"{found} of {count}", $"{moved + found} of {2 * count}");
            }
        table.AddRow("all", "", "", $"{allMoved} of {planted}", $"{allFound} of {planted}", $"{allMoved + allFound} of {2 * planted}");
        AnsiConsole.Write(table);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
