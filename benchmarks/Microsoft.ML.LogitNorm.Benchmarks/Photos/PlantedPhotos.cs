using Shared.CommandLine;
using Shared.Images;

namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>A folder of photos with mistakes in it: some lie in a wrong class folder, and strangers lie among them.</summary>
/// <param name="Folder">The folder, with one sub-folder for each class.</param>
/// <param name="Moved">Those that lie in a wrong folder.</param>
/// <param name="Strangers">Those that belong to no class.</param>
internal sealed record PlantedPhotos(string Folder, IReadOnlySet<string> Moved, IReadOnlySet<string> Strangers)
{
    /// <summary>Copies the photos and plants so many mistakes of each kind.</summary>
    public static PlantedPhotos Write(string folder, IReadOnlyList<LabeledImage> photos, IReadOnlyList<string> strangers, int count, int seed)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        var (random, number) = (new Random(seed), 0);
        string[] classes = [.. photos.Select(photo => photo.Label).Distinct().Order(StringComparer.Ordinal)];
        var misplaced = Some(photos);
        foreach (var photo in photos.Except(misplaced))
            Copy(photo.Path, photo.Label);
        string[] moved = [.. misplaced.Select(photo => Copy(photo.Path, Any([.. classes.Where(name => name != photo.Label)])))];
        string[] planted = [.. Some(strangers).Select(path => Copy(path, Any(classes)))];
        return new(folder, moved.ToHashSet(), planted.ToHashSet());

        T[] Some<T>(IReadOnlyList<T> all)
        {
            T[] mixed = [.. all];
            random.Shuffle(mixed);
            return count <= mixed.Length ? mixed[..count] : throw new InputException($"--count {count}: there are {mixed.Length} to choose from.");
        }

        string Any(IReadOnlyList<string> names) => names[random.Next(names.Count)];

        string Copy(string path, string label)
        {
            var target = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, label)).FullName, $"{number++:0000}{Path.GetExtension(path)}");
            File.Copy(path, target);
            return target;
        }
    }
}
