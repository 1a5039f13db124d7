namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>.editorconfig's width holds: the compiler does not look at it.</summary>
public sealed class LineWidthTests
{
    private const int Most = 160;

    private static readonly string[] _notSources = ["obj", "bin"];

    [TestCase("Microsoft.ML.LogitNorm")]
    [TestCase("Microsoft.ML.LogitNorm.Onnx")]
    [TestCase("Microsoft.ML.LogitNorm.Tool")]
    [TestCase("samples/QuickStart")]
    [TestCase("samples/WebApp")]
    [TestCase("samples/CompareScores")]
    [TestCase("samples/Snippets")]
    public void Lines_OfAProject_AreNotTooLong(string project)
    {
        var folder = Path.Combine(Rooms.Folder, "..", project);
        string[] files =
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Intersect(_notSources).Any()),
        ];
        Assert.That(files, Is.Not.Empty);
        Assert.That(
            files.SelectMany(file => File.ReadLines(file).Index().Where(line => line.Item.Length > Most).Select(line => $"{file}:{line.Index + 1}")), Is.Empty);
    }
}
