namespace Snippets;

// <photo>
public sealed class Photo
{
    public string ImagePath { get; set; } = "";
    public string Label { get; set; } = "";   // the class; stays empty for a photo to predict

    /// <summary>The photos of a folder; the class of each is the name of the folder that it lies in.</summary>
    public static IEnumerable<Photo> In(string folder)
        => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => new Photo { ImagePath = path, Label = Path.GetFileName(Path.GetDirectoryName(path)!) });
}
// </photo>
