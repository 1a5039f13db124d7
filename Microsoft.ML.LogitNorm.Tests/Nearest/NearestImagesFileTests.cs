using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Nearest;

/// <summary>Kept images in files, and files that are damaged.</summary>
[TestFixture]
public sealed class NearestImagesFileTests
{
    private readonly MLContext _ml = new(seed: 1);
    private ModelFile _file = null!;

    [OneTimeSetUp]
    public void Save()
    {
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 6).Select(i => new Row { Label = (uint)(i % 2), Embedding = [1, i, -i] }));
        var nearest = _ml.Transforms.NearestImages(2).Fit(rows);
        Assert.That(nearest.Images, Has.Count.EqualTo(6));
        _file = ModelFile.Of(_ml, nearest, rows.Schema);
    }

    [Test]
    public void SaveAndLoad_Again_KeepsEachByte()
    {
        var loaded = (NearestImagesTransformer)_file.Load(_ml, out var schema);
        var again = ModelFile.Of(_ml, loaded, schema);
        Assert.That(again.Read("Nearest.safetensors"), Is.EqualTo(_file.Read("Nearest.safetensors")));
        Assert.That(again.Read("Nearest.json"), Is.EqualTo(_file.Read("Nearest.json")));
    }

    [Test]
    public void Load_TensorsThatCannotBe_AreRefused()
    {
        AssertRefused(tensors => tensors["Labels"][3] = torch.tensor(2), "class 2 is none of the 2 classes");
        AssertRefused(tensors => tensors["Labels"][3] = torch.tensor(-1), "class -1 is none of the 2 classes");
        AssertRefused(tensors => tensors["Ends"][2] = torch.tensor(1L), "are no PNG file");
        AssertRefused(tensors => tensors["Ends"][5] = torch.tensor(long.MaxValue), "are no PNG file");
        AssertRefused(tensors => tensors["Ends"] = tensors["Ends"].sub(1), "are no PNG file");
        AssertRefused(tensors => tensors["Thumbnails"] = torch.cat([tensors["Thumbnails"], torch.zeros(7, torch.uint8)]), "7 bytes behind the last image");
        AssertRefused(tensors => tensors["Thumbnails"][1] = torch.tensor((byte)'Q'), "are no PNG file");
        AssertRefused(tensors => tensors["Directions"] = tensors["Directions"].narrow(0, 0, 1).contiguous(), "it holds 1 images, and 2 are to be named");
        AssertRefused(tensors => tensors["Directions"] = tensors["Directions"].narrow(0, 0, 5).contiguous(), "Int64[6] where");
        AssertRefused(tensors => tensors["Directions"][1, 1] = torch.tensor(float.NaN), "'Directions' has a value that is NaN or infinite");
        AssertRefused(tensors => tensors["Directions"] = tensors["Directions"].mul(2), "has the length 2, and 1 is expected");
        AssertRefused(tensors => tensors.Remove("Directions"), "it holds no images");
        AssertRefused(tensors => tensors.Remove("Ends"), "it lacks 'Ends'");

        void AssertRefused(Action<Dictionary<string, torch.Tensor>> change, string says)
            => Assert.That(_file.WithTensors("Nearest.safetensors", change).LoadError(_ml), Is.TypeOf<InvalidDataException>().With.Message
                .StartsWith("The collection of training images in this model file is damaged: entry 'Nearest.safetensors':").And.Message.Contains(says));
    }

    [TestCase("\"Count\":2", "\"Count\":0", "0 images of a row cannot be")]
    [TestCase("\"Count\":2", "\"Count\":7", "it holds 6 images, and 7 are to be named for each row")]
    [TestCase("\"class 1\"", "null", "a class has no name")]
    [TestCase("\"Images\":\"NearestImages\"", "\"Images\":\"NearestSimilarities\"", "cannot both be called 'NearestSimilarities'")]
    public void Load_JsonThatCannotBe_IsRefused(string old, string replacement, string says)
        => Assert.That(_file.WithJson("Nearest.json", old, replacement).LoadError(_ml), Is.TypeOf<InvalidDataException>().With.Message.Contains(says));

    private sealed class Row
    {
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Embedding { get; set; } = [];

        [ImageType(1, 1)]
        public MLImage Image { get; set; } = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, new byte[] { 1, 2, 3, 255 });
    }
}
