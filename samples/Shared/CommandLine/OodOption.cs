using Shared.Images;
using Shared.Painting;

namespace Shared.CommandLine;

/// <summary>One <c>--ood</c>: a set of images of none of the trained classes.</summary>
/// <param name="Name">How the set is called in tables and in result.json.</param>
/// <param name="Path">A folder or zip file with images at any depth; null for a generated set.</param>
public sealed record OodOption(string Name, string? Path)
{
    private const string Usual = "--ood";

    /// <summary>The option that it was given by, for errors.</summary>
    public string Option { get; init; } = Usual;

    private static string Valid
        => $"Expected NAME=PATH, where PATH is a folder or a zip of images, or one of the generated sets: {string.Join(", ", NoiseImages.Names)}";

    /// <summary>Reads all values of <c>--ood</c>, or of another option that takes the same.</summary>
    /// <exception cref="InputException">A value is neither <c>NAME=PATH</c> nor a generated set, or two have the same name.</exception>
    public static IReadOnlyList<OodOption> ParseAll(IEnumerable<string> values, string option = Usual)
    {
        OodOption[] options = [.. values.Select(value => Parse(value, option))];
        var twice = options.GroupBy(o => o.Name).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is null ? options : throw new InputException($"{option}: two sets are called '{twice}'. Give each its own name.");
    }

    /// <summary>Reads one value of <c>--ood</c>, or of another option that takes the same.</summary>
    /// <exception cref="InputException">It is neither <c>NAME=PATH</c> nor a generated set.</exception>
    public static OodOption Parse(string value, string option = Usual)
        => value.IndexOf('=') switch
        {
            < 0 when NoiseImages.Names.Contains(value) => new(value, null) { Option = option },
            < 0 => throw new InputException($"{option} {value}: there is no generated set of that name. {Valid}."),
            0 => throw new InputException($"{option} {value}: the name is missing. {Valid}."),
            var at when at == value.Length - 1 => throw new InputException($"{option} {value}: the path is missing. {Valid}."),
            var at => new(value[..at], value[(at + 1)..]) { Option = option },
        };

    /// <summary>The set's images, each labelled with the set's name; generated or unpacked first where needed.</summary>
    /// <param name="source">Opens the path, is told what is left out, and says where generated images go.</param>
    /// <param name="imageSize">Width and height of generated images.</param>
    /// <param name="seed">Seed of generated images.</param>
    /// <param name="limit">At most this many images, evenly spread; all when null.</param>
    /// <param name="cancellation">Stops unpacking and generating.</param>
    /// <exception cref="InputException">The path is missing or holds no images.</exception>
    public IReadOnlyList<LabeledImage> Load(ImageSource source, int imageSize, int seed, int? limit = null, CancellationToken cancellation = default)
    {
        var images = Path is null
            ? ImageFiles.Below(
                NoiseImages.Write(Name, source.Cache, imageSize, seed, Math.Min(limit ?? NoiseImages.DefaultCount, NoiseImages.DefaultCount), cancellation))
            : source.Read(Option, Path, "a folder or a zip of images", cancellation).AllImages;
        return images.Count == 0
            ? throw new InputException($"{Option} {Name}={Path}: there are no images ({string.Join(", ", ImageFiles.Extensions)}) in that folder.")
            : [.. ImageFiles.Spread(images, limit).Select(path => new LabeledImage(path, Name))];
    }
}
