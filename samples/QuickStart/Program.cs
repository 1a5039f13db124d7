using System.Diagnostics;
using QuickStart.Data;
using QuickStart.Pictures;
using QuickStart.Report;

var clock = Stopwatch.StartNew();
switch (args[0])
{
    case "signs":
        SignPictures.Write(args[1], new(), seed: args.Length > 2 ? int.Parse(args[2]) : 1);
        break;
    case "data":
        var folder = ImageFolder.Load(new(args[1]), args[2], args.Length > 3 ? args[3] : null);
        Console.WriteLine($"{folder.Train.Count} train, {folder.Test?.Count} test, {string.Join(' ', folder.Classes)}, {clock.Elapsed}");
        Console.WriteLine(ImageCheck.Decode([.. folder.Train, .. folder.Test ?? []], "--data").Readable.Count);
        break;
    case "ood":
        Console.WriteLine(OodOption.Parse(args[2]).Load(new(args[1]), 32, 1).Count);
        break;
    case "report":
        var random = new Random(1);
        float[] Scores(double mean, double sd, int n) => [.. Enumerable.Range(0, n).Select(_ => (float)Math.Clamp(1 - Math.Abs(mean - 1 + sd * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)), 0.13, 1))];
        ScorePanel Panel(string title, double near, double far) => new(title,
            [new("known", Scores(1, 0.1, 1000)), new("near", Scores(near, 0.4, 500)), new("textures", Scores(far, 0.5, 250)), new("noise", Scores(far - 0.1, 0.1, 250))]);
        ScoreHistograms.Write(args[1] + "/scores.png", args[1] + "/scores.svg", "How sure is the network? Softmax confidence of known and unknown images",
            "softmax confidence", [Panel("Cross-entropy", 0.9, 0.85) with { Threshold = 0.8 }, Panel("LogitNorm", 0.5, 0.3) with { Threshold = 0.75 }]);
        var set = new SignPictureSet(args[2]);
        SheetTile[] Tiles(string path, bool known) => [.. ImageFiles.Spread(ImageFiles.Below(path), 20).Select((p, i) => new SheetTile(
            p, known ? Path.GetFileName(Path.GetDirectoryName(p)!) : "traffic-lights", random.NextDouble(), known ? i % 9 == 0 : i % 4 != 0,
            known ? Path.GetFileName(Path.GetDirectoryName(p)!) : null))];
        ContactSheet.Write(args[1] + "/sheet.png", "What the LogitNorm model says",
            [new("Known signs", Tiles(set.Test, true)), new("Near: kinds of sign it never saw", Tiles(set.Near, false)), new("Far: textures", Tiles(set.Textures, false)), new("Far: pixel noise", Tiles(set.Noise, false))]);
        break;
}
Console.WriteLine(clock.Elapsed);
