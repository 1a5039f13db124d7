using System.Globalization;
using CsvHelper;
using Shared.CommandLine;
using Shared.Files;

namespace PaperBenchmark.Runs;

/// <summary>What a network and its scores made of each image of a set: enough to compute every figure of the report again.</summary>
/// <param name="Labels">Number of each image's class, from 0; empty for images of none.</param>
/// <param name="Logits">f of each image, [images][classes].</param>
/// <param name="Scores">By the score's name with its hyper-parameters: one number for each image, higher = more likely out of distribution.</param>
internal sealed record SetScores(IReadOnlyList<int> Labels, float[][] Logits, IReadOnlyDictionary<string, float[]> Scores)
{
    private const string LabelHead = "label", LogitHead = "logit_";

    public int Count => Logits.Length;

    /// <summary>The share of the images whose largest logit is that of their class.</summary>
    public static double Accuracy(IReadOnlyList<int> labels, IReadOnlyList<float[]> logits)
        => labels.Zip(logits, (label, f) => Array.IndexOf(f, f.Max()) == label ? 1.0 : 0).Average();

    /// <summary>Writes a line for each image: class, logits, scores.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var csv = new CsvWriter(new StreamWriter(stream, leaveOpen: true), CultureInfo.InvariantCulture);
        csv.WriteField(LabelHead);
        for (var i = 0; i < Logits[0].Length; i++)
            csv.WriteField($"{LogitHead}{i}");
        foreach (var name in Scores.Keys)
            csv.WriteField(name);
        csv.NextRecord();
        for (var row = 0; row < Count; row++)
        {
            csv.WriteField(Labels.Count == 0 ? "" : Labels[row].ToString(CultureInfo.InvariantCulture));
            foreach (var logit in Logits[row])
                csv.WriteField(Text(logit));
            foreach (var values in Scores.Values)
                csv.WriteField(Text(values[row]));
            csv.NextRecord();
        }
    });

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static SetScores Read(string path)
    {
        try
        {
            using var csv = new CsvReader(new StreamReader(path), CultureInfo.InvariantCulture);
            if (!csv.Read() || !csv.ReadHeader() || csv.HeaderRecord is not [LabelHead, ..] heads)
                throw new FormatException("its first line is not the one that this program writes.");
            var classes = heads.Count(head => head.StartsWith(LogitHead, StringComparison.Ordinal));
            var (labels, logits) = (new List<int>(), new List<float[]>());
            var scores = heads.Skip(1 + classes).Select(name => (name, Values: new List<float>())).ToArray();
            while (csv.Read())
            {
                if (csv.Parser.Count != heads.Length)
                    throw new FormatException($"line {csv.Parser.Row} has {csv.Parser.Count} values; expected {heads.Length}.");
                if (csv[0]!.Length > 0)
                    labels.Add(int.Parse(csv[0]!, CultureInfo.InvariantCulture));
                logits.Add([.. Enumerable.Range(1, classes).Select(i => Number(csv[i]!))]);
                for (var i = 0; i < scores.Length; i++)
                    scores[i].Values.Add(Number(csv[1 + classes + i]!));
            }
            return logits.Count > 0
                ? new(labels, [.. logits], scores.ToDictionary(score => score.name, score => score.Values.ToArray()))
                : throw new FormatException("it has no images.");
        }
        catch (Exception e) when (e is FormatException or OverflowException or CsvHelperException)
        {
            throw new InputException($"'{path}' is damaged: {e.Message.Split('\n')[0].TrimEnd()} Delete it and run evaluate again.", e);
        }
    }

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);
}
