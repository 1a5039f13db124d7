using System.Text.Json;
using PaperBenchmark.Datasets;
using PaperBenchmark.Runs;
using Shared.CommandLine;
using Shared.Files;

namespace PaperBenchmark.Results;

/// <summary>One image of the test set and of each out-of-distribution set, kept beside the scores so that the report needs no data sets.</summary>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Images">By set; the test set's is called <c>test</c>.</param>
internal sealed record ImageExamples(IReadOnlyList<string> Classes, IReadOnlyDictionary<string, ImageExample> Images)
{
    private const string FileName = "examples.json";

    /// <summary>Keeps the middle image of each set: none is chosen for what a network makes of it.</summary>
    public static void Write(string output, BenchmarkImages images)
    {
        ImageTable[] sets = [images.Test, .. images.Ood];
        var examples = new ImageExamples(images.Test.Classes, sets.ToDictionary(
            set => RunEvaluator.NameOf(set, images), set => new ImageExample(set.Count / 2, set.Size, set.Image(set.Count / 2).ToArray())));
        AtomicFile.Write(Path.Combine(output, FileName), JsonSerializer.Serialize(examples));
    }

    /// <summary>What was kept; null if nothing was.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static ImageExamples? Read(string output)
    {
        var path = Path.Combine(output, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<ImageExamples>(File.ReadAllText(path)) : null;
        }
        catch (JsonException e)
        {
            throw new InputException($"'{path}' is damaged: {e.Message} Delete it and run evaluate again.", e);
        }
    }
}

/// <summary>An image of a set.</summary>
/// <param name="Row">Its number in the set, from 0.</param>
/// <param name="Size">Width and height.</param>
/// <param name="Pixels">[3, size, size].</param>
internal sealed record ImageExample(int Row, int Size, byte[] Pixels);
