namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>The library's folders are as docs/architecture.md has them, and use each other in one direction.</summary>
public sealed class RoomsTests
{
    /// <summary>Most files of a folder by itself, without its sub-folders.</summary>
    private const int MostFiles = 20;

    private static readonly Rooms _rooms = Rooms.Read();

    [Test]
    public void Table_HasEachRoomWithTheOthersThatItUses()
        => Assert.That(
            Documented().Order(StringComparer.Ordinal),
            Is.EqualTo(
                _rooms.Uses.Select(room => $"{Title(room.Key)}: {string.Join(", ", room.Value.Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal)),
            () => string.Join("\n", _rooms.Uses.Select(room => $"| {Title(room.Key)} | {string.Join(", ", room.Value.Order(StringComparer.Ordinal))} |")));

    [Test]
    public void Rooms_UseEachOtherInOneDirection() => Assert.That(_rooms.Circle(), Is.Empty);

    // The table goes from the front door inwards: what a room uses comes later.
    [Test]
    public void Table_IsInTheOrderOfUse()
    {
        string[] order = [.. Documented().Select(line => line.Split(':')[0])];
        foreach (var (room, uses) in _rooms.Uses)
            foreach (var used in uses)
                Assert.That(Array.IndexOf(order, Title(used)), Is.GreaterThan(Array.IndexOf(order, Title(room))), $"{Title(room)} uses {used}");
    }

    [Test]
    public void EachType_HasAFileOfItsName() => Assert.That(Rooms.WithoutFile(), Is.Empty);

    [Test]
    public void NoFolder_HasMoreFilesThanAreFoundAtAGlance()
        => Assert.That(Rooms.Files.CountBy(file => Path.GetDirectoryName(file)!).Where(folder => folder.Value > MostFiles), Is.Empty);

    private static string Title(string room) => room == "" ? "LogitNormCatalog.cs" : $"{room}/";

    private static IEnumerable<string> Documented() => File.ReadLines(Path.Combine(AppContext.BaseDirectory, "docs", "architecture.md"))
        .SkipWhile(line => !line.StartsWith("| folder | uses", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])
        .Select(cells => $"{cells[0].Trim('`')}: {cells[1].Trim('–')}");
}
