using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Files;

/// <summary>Saved models, whole and damaged.</summary>
public sealed class ModelFileTests : SavedModelTests
{
    private static readonly string[][] _entries =
    [
        ["Model.json", ModelPart], ["Weights.safetensors", ModelPart], ["Score.json", ScorePart], ["Learned.safetensors", ScorePart],
        ["Calibration.json", DecisionPart], ["Calibration.safetensors", DecisionPart],
    ];

    [Test]
    public void Load_WholeFile_PredictsTheSame()
    {
        var data = TinyImages.View(Ml, 150, seed: 3);
        using var loaded = (TransformerChain<ITransformer>)Saved.Load(new MLContext(), out _);
        foreach (var column in new[] { "PredictedLabel", "Score", "Logits", "Embedding", "OodScore", "OodConfidence", "IsOutOfDistribution" })
            Assert.That(ColumnValues.Read(loaded.Transform(data), column), Is.EqualTo(ColumnValues.Read(App.Transform(data), column)), column);
    }

    [Test]
    public void Load_WholeFile_KeepsWhatTheTransformersSay()
    {
        using var loaded = (TransformerChain<ITransformer>)Saved.Load(new MLContext(), out _);
        var (model, score, detector) = (
            loaded.OfType<LogitNormModel>().Single(), loaded.OfType<OodScoreTransformer>().Single(), loaded.OfType<OodDetectorTransformer>().Single());
        Assert.That((model.Backbone, model.ClassCount, model.ImageShape), Is.EqualTo((Backbone.WideResNet(10, 1, dropout: 0), 3, UntrainedModel.Shape)));
        Assert.That((model.Normalization.Mean, model.Normalization.StandardDeviation), Is.EqualTo((new[] { 128f, 128, 128 }, new[] { 64f, 64, 64 })));
        Assert.That(score.Score, Is.EqualTo(OodScores.Energy(2.5)));
        Assert.That((detector.FalseAlarmRate, detector.CalibrationCount), Is.EqualTo((0.05, 60)));
    }

    [Test]
    public void Load_FileFromBeforeThereWereHeads_HasALinearOne()
    {
        using var loaded = (TransformerChain<ITransformer>)Saved.WithJson("Model.json", ",\"Head\":{\"kind\":\"linear\"}", "").Load(new MLContext(), out _);
        Assert.That(loaded.OfType<LogitNormModel>().Single().Head, Is.EqualTo(Head.Linear()));
        var data = TinyImages.View(Ml, 5, seed: 3);
        Assert.That(ColumnValues.Read(loaded.Transform(data), "Logits"), Is.EqualTo(ColumnValues.Read(App.Transform(data), "Logits")));
    }

    [Test]
    public void Load_WeightsOfAnotherHead_IsRefused()
        => Assert.That(
            Saved.WithJson("Model.json", "\"linear\"", "\"cosine\"").LoadError(Ml),
            Names(ModelPart, "Weights.safetensors").With.Message.Contains("head.bias Float32[3], which is not expected here"));

    [Test]
    public void SaveAgain_ALoadedModel_GivesTheSameEntries()
    {
        using var loaded = (TransformerChain<ITransformer>)Saved.Load(new MLContext(), out var schema);
        var again = ModelFile.Of(Ml, loaded, schema);
        foreach (var name in _entries.Select(entry => entry[0]))
            Assert.That(again.Read(name), Is.EqualTo(Saved.Read(name)), name);
    }

    // Both are the same sequence of whole words to a reader, so only the hash tells.
    [TestCaseSource(nameof(_entries))]
    public void Load_OneBitOfAnEntryFlipped_IsRefusedByItsHash(string entry, string part)
    {
        foreach (var place in (double[])[0, 0.3, 0.6, 0.999])
        {
            var file = Saved.With(entry, bytes =>
            {
                bytes[(int)(place * bytes.Length)] ^= 1;
                return bytes;
            }, hash: false);
            Assert.That(
                file.LoadError(Ml),
                Names(part, entry).With.Message.Contains("are not those that were saved").And.Message.Contains("Load another copy"),
                $"at {place}");
        }
    }

    [Test]
    public void Load_HashesMissingOrDamaged_NamesThem()
    {
        var hashes = Saved.Entries("Hashes.json");
        Assert.That(hashes, Has.Length.EqualTo(3), "one for each part");
        foreach (var (entry, part) in hashes.Zip((string[])[ModelPart, ScorePart, DecisionPart]))
        {
            Assert.That(Saved.With(entry, _ => null).LoadError(Ml), Names(part, "Hashes.json").With.Message.Contains("missing"));
            Assert.That(Saved.With(entry, bytes => bytes[..^1], hash: false).LoadError(Ml), Names(part, "Hashes.json"));
            Assert.That(
                Saved.With(entry, _ => "{}"u8.ToArray(), hash: false).LoadError(Ml),
                Is.TypeOf<InvalidDataException>().With.Message.Contains(part).And.Message.Contains("has no hash of it"));
        }
    }

    // .NET reads a zip's entries without comparing their checksums.
    [Test]
    public void Load_EntryOfMlNetDamaged_IsNamed()
    {
        var data = TinyImages.View(Ml, 60);
        using var chain = new TransformerChain<ITransformer>(Ml.Transforms.Conversion.MapValueToKey("Label").Fit(data), UntrainedModel.Create(Ml));
        var file = ModelFile.Of(Ml, chain, data.Schema);
        string[] entries = [.. file.Entries("Model.key"), "Terms.bin", "Schema", "Version.txt"];
        foreach (var entry in entries.Where(name => file.Entries(name).Length > 0))
        {
            // Stored as it is, so that the byte that is changed in the zip is one of the entry.
            var original = file.Read(entry);
            var stored = file.With(entry, bytes => bytes, hash: false, CompressionLevel.NoCompression).Bytes;
            var at = stored.AsSpan().IndexOf(original.AsSpan(^Math.Min(20, original.Length)..)) + Math.Min(10, original.Length / 2);
            stored[at] ^= 1;
            // The check's own, or ML.NET's, which reads its parts as it comes to them: of a header it looks up the assembly's name.
            Assert.That(
                ModelFile.Of(stored).LoadError(Ml), Is.TypeOf<InvalidDataException>().Or.TypeOf<FormatException>().Or.InstanceOf<IOException>(), entry);
        }
        var version = file.With("Version.txt", bytes => bytes, hash: false, CompressionLevel.NoCompression).Bytes;
        version[version.AsSpan().IndexOf(file.Read("Version.txt").AsSpan()) + 1] ^= 1;   // nobody reads it but the check
        Assert.That(
            ModelFile.Of(version).LoadError(Ml), Is.TypeOf<InvalidDataException>().With.Message.Contains("Version.txt").And.Message.Contains("CRC-32"));
    }

    [Test]
    public void Load_EntryThatUnpacksToFarMoreThanTheFile_IsRefused()
    {
        var bomb = Saved.With("Version.txt", _ => new byte[350 << 20], hash: false, CompressionLevel.SmallestSize);
        Assert.That(bomb.Bytes, Has.Length.LessThan(1 << 20));
        Assert.That(bomb.LoadError(Ml), Is.TypeOf<InvalidDataException>().With.Message.Contains("is no model"));
    }

    // .NET compares what the directory says of an entry when it opens it: one that nobody reads could make the file seem as large as it likes.
    [TestCase(1L << 40)]
    [TestCase(long.MaxValue - 1000, Description = "an end beyond 64 bits, which .NET takes for one in the file")]
    public void Load_EntryThatClaimsMoreThanTheFile_IsRefused(long packed)
    {
        var bomb = Saved.With("Version.txt", _ => new byte[350 << 20], hash: false, CompressionLevel.SmallestSize)
            .WithRecord("Weights.safetensors", 'x', packed);
        Assert.That(bomb.Entries("Weights.safetensorx"), Has.Length.EqualTo(1));
        Assert.That(bomb.LoadError(Ml), Is.TypeOf<InvalidDataException>().With.Message.Contains("Weights.safetensorx"));
    }

    [Test]
    public void Load_EntriesThatShareTheirBytes_CountOnce()
    {
        // A megabyte that does not shrink, and 19 that do: 21 times as much would be less than 100 times their sum.
        var bytes = new byte[20 << 20];
        new Random(1).NextBytes(bytes.AsSpan(0, 1 << 20));
        var shared = Saved.With("Version.txt", _ => bytes, hash: false);
        Assert.That(() => (shared.Load(Ml, out _) as IDisposable)?.Dispose(), Throws.Nothing);
        for (var letter = 'a'; letter < 'a' + 20; letter++)
            shared = shared.WithRecord("Version.txt", letter);
        Assert.That(shared.LoadError(Ml), Is.TypeOf<InvalidDataException>().With.Message.Contains("is no model"));
    }

    [Test]
    public void CheckSize_OfAnyHonestFile_Passes()
    {
        Assert.That(() => ModelArchive.CheckSize(unpacked: 256 << 20, packed: 0), Throws.Nothing);
        Assert.That(() => ModelArchive.CheckSize(unpacked: 50_000_000_000, packed: 500_000_000), Throws.Nothing);
        Assert.That(() => ModelArchive.CheckSize(unpacked: 50_300_000_000, packed: 500_000_000), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => ModelArchive.CheckSize(unpacked: (Int128)long.MaxValue * 3, packed: 1), Throws.TypeOf<InvalidDataException>());
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Load_WeightThatIsNoNumber_IsRefusedByName(float value)
    {
        foreach (var name in (string[])["embedding.conv1.weight", "embedding.bn1.running_var", "head.bias"])
            Assert.That(
                Saved.WithTensors("Weights.safetensors", tensors => tensors[name].view(-1)[0] = torch.tensor(value)).LoadError(Ml),
                Names(ModelPart, "Weights.safetensors").With.Message.Contains($"'{name}' has a value that is NaN or infinite"));
    }

    [Test]
    public void Save_WeightThatIsNoNumber_IsRefusedBeforeThereIsAFile()
    {
        using var model = UntrainedModel.Create(Ml);
        using (torch.no_grad())
            model.Network.Classifier.HeadWeight.fill_(float.NaN.ToScalar());
        Assert.That(() => ModelFile.Of(Ml, model, TinyImages.View(Ml, 1).Schema), Throws.InvalidOperationException.With.Message
            .StartsWith("The LogitNorm model cannot be saved: 'head.weight' has a value that is NaN or infinite. Did training diverge?"));
    }

    [Test]
    public void Save_MoreClassNamesThanAreRead_IsRefused()
    {
        using var model = UntrainedModel.Create(Ml, classes: ClassValues.Of(new string('x', 9 << 20), new string('y', 9 << 20)));
        Assert.That(
            () => ModelFile.Of(Ml, model, TinyImages.View(Ml, 1).Schema),
            Throws.InvalidOperationException.With.Message.Contains("'Model.json' would take").And.Message.Contains("class names"));
    }

    // The largest images that a training takes are the largest that are saved, and read again.
    [Test]
    public void Save_WhatCouldNotBeRead_IsRefused()
    {
        var largest = new ImageShape(1, 10_000, 53_000);
        Assert.That(() => Find(largest), Throws.Nothing);
        using (var model = UntrainedModel.Create(Ml, shape: largest, normalization: new([128], [64])))
        {
            using var loaded = ModelFile.Of(Ml, model, TinyImages.View(Ml, 1).Schema).Load(Ml, out _) as IDisposable;
            Assert.That(loaded, Is.Not.Null);
        }

        var larger = largest with { Width = 54_000 };
        Assert.That(() => Find(larger), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("images of less than 2 GB each as floats"));
        AssertRefused(larger, "'Model.json': images of 1×10000×54000 are impossible");
        AssertRefused(new(1, 2, 2), "'Model.json': Images of 1×2×2 in column 'Image' are too small for WideResNet(10, 1, 0)");

        static ImageInput Find(ImageShape shape)
        {
            var schema = new DataViewSchema.Builder();
            schema.AddColumn("Image", new VectorDataViewType(NumberDataViewType.Byte, shape.Channels, shape.Height, shape.Width));
            return ImageInput.Find(schema.ToSchema(), "Image", null);
        }

        void AssertRefused(ImageShape shape, string says)
        {
            using var model = UntrainedModel.Create(Ml, shape: shape, normalization: new([128], [64]));
            Assert.That(
                () => ModelFile.Of(Ml, model, TinyImages.View(Ml, 1).Schema),
                Throws.InvalidOperationException.With.Message.StartsWith("The LogitNorm model cannot be saved: entry ").And.Message.Contains(says));
        }
    }

    [Test]
    public void Load_Damaged_ShowsTheCauseAndNamesItself()
    {
        var error = Saved.WithJson("Model.json", "\"Depth\":10", "\"Depth\":\"ten\"").LoadError(Ml);
        Assert.That(error, Names(ModelPart, "Model.json"));
        Assert.That(error.InnerException, Is.Null);
        Assert.That(error.ToString(), Does.StartWith($"{typeof(InvalidDataException)}: {error.Message}").And.Contain(" ---> System.Text.Json.JsonException: "));
    }

    // Errors that are not of the file: libtorch's, such as for want of memory, and our own.
    [Test]
    public void Named_ErrorThatIsNotOfTheFile_IsNotCalledDamage()
    {
        var error = Assert.Throws<InvalidDataException>(() => Read(new ExternalException("you tried to allocate 40 bytes\nat c10")))!;
        Assert.That(error, Names(ModelPart, "Weights.safetensors"));
        Assert.That(error.Message, Does.EndWith("libtorch says: you tried to allocate 40 bytes Is there enough memory for the model?"));
        Assert.That(error.Message, Does.Not.Contain("damaged"));
        Assert.That(error.ToString(), Does.Contain("at c10"));
        Assert.That(() => Read(new ObjectDisposedException("mine")), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => Read(new InvalidOperationException("of a check")), Throws.TypeOf<InvalidDataException>().With.Message.EndsWith("of a check"));

        static void Read(Exception thrown) => ModelReader.Named<object>(ModelPart, "Weights.safetensors", () => throw thrown);
    }

    // Before there is a network, once there is one without memory, once there is one with memory, and once there is a model, which ML.NET then forgets.
    [TestCase("Model.json", 0)]
    [TestCase("Weights.safetensors", 1)]
    [TestCase("NaN", 2)]
    [TestCase("Score.json", 2)]
    [TestCase("Calibration.safetensors", 2)]
    public void Load_FailsAHundredTimes_KeepsNoTensors(string damage, int networks)
    {
        var file = damage switch
        {
            "NaN" => Saved.WithTensors("Weights.safetensors", tensors => tensors["head.bias"][0] = torch.tensor(float.NaN)),
            "Weights.safetensors" => Saved.WithTensors(damage, tensors => tensors.Remove("head.bias")),
            _ => Saved.With(damage, bytes => bytes[..^1]),
        };
        // TorchSharp counts a parameter twice when it is made and once when it goes, so each network leaves a known surplus.
        var surplus = Growth(() => Backbone.WideResNet(10, 1, dropout: 0).CreateNetwork(NodeShape.Image(3), 3, torch.CPU).Dispose());
        var growth = Growth(() =>
        {
            for (var i = 0; i < 100; i++)
                file.LoadError(Ml);
        });
        Assert.That(growth, Is.EqualTo(100 * networks * surplus));

        static long Growth(Action act)
        {
            Collect();
            var before = torch.Tensor.TotalCount;
            act();
            Collect();
            return torch.Tensor.TotalCount - before;
        }

        static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [TestCaseSource(nameof(_entries))]
    public void Load_EntryDamaged_NamesPartAndEntry(string entry, string part)
    {
        (string, Func<byte[], byte[]?>)[] damages =
        [
            ("missing", _ => null), ("empty", _ => []), ("first byte only", bytes => bytes[..1]), ("half", bytes => bytes[..(bytes.Length / 2)]),
            ("last byte missing", bytes => bytes[..^1]), ("a byte more", bytes => [.. bytes, 1]),
            ("foreign text", _ => "This is something else entirely."u8.ToArray()),
            ("foreign bytes", _ => [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 77))]),
            ("zeros", bytes => new byte[bytes.Length]),
            ("null", _ => "null"u8.ToArray()),
            ("empty object", _ => "{}"u8.ToArray()),
            ("array", _ => "[]"u8.ToArray()),
        ];
        foreach (var (name, damage) in damages)
            Assert.That(Saved.With(entry, damage).LoadError(Ml), Names(part, entry), name);
    }

    [Test]
    public void Load_WeightsCutAtAnyPlaceOfTheirHeader_NamesThem()
    {
        for (var length = 0; length < 200; length += 7)
            Assert.That(Saved.With("Weights.safetensors", bytes => bytes[..length]).LoadError(Ml), Names(ModelPart, "Weights.safetensors"), $"at {length}");
    }
}
