using PaperBenchmark.Datasets.Download;
using PaperBenchmark.Datasets.Layouts;

namespace PaperBenchmark.Datasets;

/// <summary>The sets that the program knows by name.</summary>
/// <remarks>
/// How each is prepared follows the LogitNorm authors' <c>datasets/utils.py</c> (github.com/hongxin001/logitnorm_ood); docs/datasets.md tells where it cannot.
/// </remarks>
internal static class DatasetCatalog
{
    private const string TensorFlowDatasets = "TensorFlow Datasets, url_checksums";
    private const string PytorchOod = "pytorch-ood, dataset/img/odin.py";
    private const string Unstated = "none stated; research use is customary";

    public static IReadOnlyList<Dataset> All { get; } =
    [
        new()
        {
            Name = "cifar10",
            Title = "CIFAR-10",
            Paper = "Krizhevsky, \"Learning Multiple Layers of Features from Tiny Images\", 2009",
            License = Unstated,
            Layouts =
            [
                new CifarLayout
                {
                    Archive = "cifar-10-binary.tar.gz",
                    Folder = "cifar-10-batches-bin",
                    Train = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")],
                    Test = "test_batch.bin",
                    ClassNames = "batches.meta.txt",
                    LabelBytes = 1,
                },
                new ClassFoldersLayout("cifar10"),
            ],
            Files =
            [
                new("cifar-10-binary.tar.gz", new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                    Checksum.Sha256("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", TensorFlowDatasets)) { Bytes = 170_052_171 },
            ],
        },
        new()
        {
            Name = "cifar100",
            Title = "CIFAR-100",
            Paper = "Krizhevsky, \"Learning Multiple Layers of Features from Tiny Images\", 2009",
            License = Unstated,
            Layouts =
            [
                new CifarLayout
                {
                    Archive = "cifar-100-binary.tar.gz",
                    Folder = "cifar-100-binary",
                    Train = ["train.bin"],
                    Test = "test.bin",
                    ClassNames = "fine_label_names.txt",
                    LabelBytes = 2,
                },
                new ClassFoldersLayout("cifar100"),
            ],
            Files =
            [
                new("cifar-100-binary.tar.gz", new("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
                    Checksum.Sha256("58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", TensorFlowDatasets)) { Bytes = 168_513_733 },
            ],
        },
        new()
        {
            Name = "svhn",
            Title = "SVHN",
            Paper = "Netzer et al., \"Reading Digits in Natural Images with Unsupervised Feature Learning\", 2011",
            License = "non-commercial use",
            Layouts = [new SvhnLayout(), Images("svhn")],
            Files =
            [
                new("test_32x32.mat", new("http://ufldl.stanford.edu/housenumbers/test_32x32.mat"),
                    Checksum.Sha256("cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b", TensorFlowDatasets)) { Bytes = 64_275_384 },
            ],
        },
        new()
        {
            Name = "textures",
            Title = "Textures",
            Paper = "Cimpoi et al., \"Describing Textures in the Wild\", CVPR 2014, arXiv 1311.3618",
            License = "research use",
            Layouts = [new ImageSetLayout(["dtd-r1.0.1", "dtd"]) { Folder = "images" }, Images("textures")],
            Files =
            [
                new("dtd-r1.0.1.tar.gz", new("https://www.robots.ox.ac.uk/~vgg/data/dtd/download/dtd-r1.0.1.tar.gz"),
                    Checksum.Sha256("e42855a52a4950a3b59612834602aa253914755c95b0cff9ead6d07395f8e205", TensorFlowDatasets)) { Bytes = 625_239_812 },
            ],
        },
        Odin("lsun-crop", "LSUN-crop", "LSUN", "fhtsw1m3qxlwj6h", Checksum.Md5("458a0a0ab8e5f1cb4516d7400568e460", PytorchOod), crop: 32),
        Odin("lsun-resize", "LSUN-resize", "LSUN_resize", "moqh2wh8696c3yl", Checksum.Md5("278b7b31c8cb7e804a1465a8ce03a2dc", PytorchOod)),
        Odin("isun", "iSUN", "iSUN", "ssz7qxfqae0cca5", Checksum.Md5("be77b0f2c26fda898afac5f99645ee70", "edadaltocg/detectors, data/isun.py")),
        new()
        {
            Name = "places365",
            Title = "Places365",
            Paper = "Zhou et al., \"Places: A 10 Million Image Database for Scene Recognition\", TPAMI 2017",
            License = "research and education, non-commercial",
            Layouts =
            [
                new ImageSetLayout(["test_256", "val_256", "places365"]) { List = "places365_test_list.txt", Most = 10_000 },
                Images("places365"),
            ],
            Files =
            [
                new("places365_test_list.txt",
                    new("https://raw.githubusercontent.com/jfc43/informative-outlier-mining/258efede70c778bf6e9e528869b2cab58b071e3e"
                        + "/datasets/ood_datasets/places365/test_subset/places365_test_list.txt"),
                    Checksum.Sha256(
                        "e992c94b23b7416e8f71c0cab87b777b0e7022ee1b4aeed19d5b16ddf1b90578",
                        "github.com/jfc43/informative-outlier-mining, hashed as committed")) { Bytes = 280_000 },
                new("test_256.tar", new("http://data.csail.mit.edu/places/places365/test_256.tar"),
                    Checksum.Sha256("037ee8180369bdde46636341b92900d4bcb8ea000c026a1fd3e0e9827a8702a1", TensorFlowDatasets)) { Bytes = 4_736_829_440 },
            ],
        },
        Generated(
            "gaussian-noise", "Gaussian noise",
            "mid-grey with noise of standard deviation 0.5, clipped; Wei et al., arXiv 2205.09310, validate on it", new NoiseLayout("gaussian-noise")),
        Generated("uniform-noise", "Uniform noise", "every value equally likely", new NoiseLayout("uniform-noise")),
        Generated(
            "rademacher-noise", "Rademacher noise", "every value black or white; Hendrycks et al., arXiv 1812.04606", new NoiseLayout("rademacher-noise")),
        Generated("blobs", "Blobs", "blurred coin tosses; Hendrycks et al., arXiv 1812.04606", new NoiseLayout("blobs")),
        Generated(
            "gratings", "Gratings (generated, for trying out)",
            "stripes in four directions, with classes; no result is measured on them", new GratingLayout()),
    ];

    /// <summary>The set of a name; null if there is none.</summary>
    public static Dataset? Find(string name) => All.FirstOrDefault(dataset => dataset.Name == name);

    private static ImageSetLayout Images(string name) => new([DatasetFolder.UnlistedPrefix + name]);

    private static Dataset Odin(string name, string title, string file, string key, Checksum checksum, int? crop = null) => new()
    {
        Name = name,
        Title = title,
        Paper = "Liang, Li, Srikant, \"Enhancing the Reliability of Out-of-distribution Image Detection in Neural Networks\", ICLR 2018, arXiv 1706.02690",
        License = Unstated,
        Layouts = [new ImageSetLayout([file, DatasetFolder.UnlistedPrefix + name]) { Crop = crop }],
        Files = [new($"{file}.tar.gz", new($"https://www.dropbox.com/s/{key}/{file}.tar.gz?dl=1"), checksum)],
    };

    private static Dataset Generated(string name, string title, string what, DatasetLayout layout)
        => new() { Name = name, Title = title, Paper = what, License = "generated by this program", Layouts = [layout] };
}
