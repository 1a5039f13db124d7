using ImageData;
using PaperBenchmark.Datasets.Layouts;

namespace PaperBenchmark.Datasets;

/// <summary>The sets that the program knows by name.</summary>
internal static class DatasetCatalog
{
    public static IReadOnlyList<Dataset> All { get; } =
    [
        new() { Name = "cifar10", Title = "CIFAR-10", Layouts = [new ClassFoldersLayout("cifar10")] },
        Noise("gaussian-noise", "Gaussian noise"),
        Noise("uniform-noise", "Uniform noise"),
        Noise("rademacher-noise", "Rademacher noise"),
        Noise("blobs", "Blobs"),
    ];

    /// <summary>The set of a name; null if there is none.</summary>
    public static Dataset? Find(string name) => All.FirstOrDefault(dataset => dataset.Name == name);

    private static Dataset Noise(string name, string title) => new() { Name = name, Title = title, Layouts = [new NoiseLayout(name)] };
}
