namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>.editorconfig's width holds: the compiler does not look at it.</summary>
public sealed class LineWidthTests
{
    private const int Most = 160;

    [Test]
    public void Lines_OfTheLibrary_AreNotTooLong()
        => Assert.That(
            Rooms.Files.SelectMany(file => File.ReadLines(Path.Combine(Rooms.Folder, file)).Index()
                .Where(line => line.Item.Length > Most).Select(line => $"{file}:{line.Index + 1}")),
            Is.Empty);
}
