using Shared.Files;

namespace Shared.Images;

/// <summary>What was left out of the folders and zip files that a user gave, so that nothing is missing without a word.</summary>
public sealed class LeftOut
{
    private const int MostNamed = 4;

    private readonly HashSet<LeftOutItem> _known = [];
    private readonly List<LeftOutItem> _items = [];

    /// <summary>All of it, each once, in the order in which it was met.</summary>
    public IReadOnlyList<LeftOutItem> Items => _items;

    /// <summary>For people: a line per reason, with how many there are and the first few names.</summary>
    public IReadOnlyList<string> Summary
        => [.. ByReason().Select(group => Visible($"{Counted(group.Key, group.Count())}: {Names(group.Key, [.. group])}"))];

    public void Add(LeftOutReason reason, string path, string? detail = null)
    {
        var item = new LeftOutItem(reason, path, detail);
        if (_known.Add(item))
            _items.Add(item);
    }

    /// <summary>Writes every name, below the same headings; removes the file of an earlier run if there is nothing to write.</summary>
    public void Write(string path)
    {
        if (_items.Count == 0)
            File.Delete(path);
        else
            AtomicFile.Write(path, string.Concat(
                ByReason()
                    .SelectMany(group => group.Select(item => $"  {item}").Prepend($"{Counted(group.Key, group.Count())}:"))
                    .Select(line => Visible(line) + Environment.NewLine)));
    }

    private IEnumerable<IGrouping<LeftOutReason, LeftOutItem>> ByReason() => _items.GroupBy(item => item.Reason).OrderBy(group => group.Key);

    private static string Counted(LeftOutReason reason, int count) => reason switch
    {
        LeftOutReason.OtherType => $"{Number(count, "file")} of other types than images ({string.Join(", ", ImageFiles.Extensions)})",
        LeftOutReason.Hidden => $"{Number(count, "hidden file or folder", "hidden files and folders")}",
        LeftOutReason.NoContent => $"{Number(count, "file")} without content, empty or a pipe or a device",
        LeftOutReason.ReadAlready => $"{Number(count, "link")} to what is read under another name",
        LeftOutReason.LeadsUp => $"{Number(count, "link")} to a folder above the link",
        LeftOutReason.LeadsNowhere => $"{Number(count, "link")} to nothing",
        LeftOutReason.Unreadable => $"{Number(count, "folder")} that cannot be read",
        LeftOutReason.NoClass => $"{Number(count, "image")} beside the folders of the classes, so of no class",
        LeftOutReason.UnusedFolder => $"{Number(count, "folder")} with images that nothing is done with",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };

    private static string Number(int count, string one, string? more = null) => $"{count:N0} {(count == 1 ? one : more ?? one + "s")}";

    // Of other types the endings say more than some of the names.
    private static string Names(LeftOutReason reason, LeftOutItem[] items)
    {
        string[] names = reason == LeftOutReason.OtherType
            ? [.. items.CountBy(item => Path.GetExtension(item.Path).ToLowerInvariant())
                .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{(pair.Key.Length == 0 ? "no ending" : pair.Key)} ({pair.Value:N0})")]
            : [.. items.Select(item => item.ToString())];
        return string.Join(", ", names.Take(MostNamed)) + (names.Length > MostNamed ? $" and {names.Length - MostNamed:N0} more" : "");
    }

    // A name may hold anything, line breaks and the codes that steer a terminal too.
    private static string Visible(string line) => string.Concat(line.Select(letter => char.IsControl(letter) ? '?' : letter));
}
