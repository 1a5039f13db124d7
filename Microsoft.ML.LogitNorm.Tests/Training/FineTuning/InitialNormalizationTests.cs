using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Pretrained weights see the input that they know, whatever the column's unit, or there is a warning.</summary>
[TestFixture]
public sealed class InitialNormalizationTests
{
    private static readonly ImageShape _shape = new(3, 32, 32);
    private static readonly InputNormalization _ofPhotos = new([120, 115, 100], [60, 60, 60]), _half = new([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);

    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void WriteWeights()
    {
        _folder = new();
        SafetensorsByHand.Write(_folder["plain"], TinyWeights.Draw());
        SafetensorsByHand.Write(
            _folder["told"], TinyWeights.Draw(), metadata: new() { ["format"] = "pt", ["mean"] = "[0.5, 0.4, 0.3]", ["std"] = "[0.1, 0.2, 0.4]" });
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void ImageNet_IsThePublishedValuesInBytes()
    {
        Assert.That(InputNormalization.ImageNet.Mean, Is.EqualTo(new[] { 123.675f, 116.28f, 103.53f }).Within(1e-4));
        Assert.That(InputNormalization.ImageNet.StandardDeviation, Is.EqualTo(new[] { 58.395f, 57.12f, 57.375f }).Within(1e-4));
    }

    [Test]
    public void Choose_FileWithoutMetadataOnPhotos_IsImageNets()
    {
        foreach (var kind in Enum.GetValues<PixelKind>())
        {
            var (chosen, messages) = Choose(Options("plain") with { Backbone = Backbone.ResNet18(Stem.ImageNet) }, kind, _ofPhotos);
            Assert.That(chosen, Is.EqualTo(InputNormalization.ImageNet), $"{kind}");
            Assert.That(messages, Has.One.Contain("as a network trained on ImageNet usually has it").And.None.Contain("Warning"));
        }
    }

    [Test]
    public void Choose_FloatsFromZeroToOne_AreInThatUnit()
    {
        var (chosen, messages) = Choose(Options("plain") with { Backbone = Backbone.ResNet18(Stem.ImageNet) }, PixelKind.VectorOfSingle, _half);
        Assert.That(chosen.Mean, Is.EqualTo(new[] { 0.485f, 0.456f, 0.406f }).Within(1e-6));
        Assert.That(chosen.StandardDeviation, Is.EqualTo(new[] { 0.229f, 0.224f, 0.225f }).Within(1e-6));
        Assert.That(messages, Has.None.Contain("Warning"));
    }

    [TestCase("plain")]
    [TestCase("told")]
    public void Choose_PixelsThatAreNormalisedAlready_AreMeasuredWithAWarning(string file)
    {
        var options = Options(file) with { Backbone = Backbone.ResNet18(Stem.ImageNet) };
        foreach (var pixels in (InputNormalization[])[new([-0.1f, 0.2f, 0.05f], [1.1f, 0.9f, 1]), new([0, 0, 0], [1, 1, 1]), new([-0.2f, -0.1f, -0.3f], [0.4f, 0.45f, 0.5f])])
        {
            var (chosen, messages) = Choose(options, PixelKind.VectorOfSingle, pixels);
            Assert.That(chosen, Is.EqualTo(pixels));
            Assert.That(messages, Has.One.StartsWith("Warning").And.Contain("have been normalised already"));
            Assert.That(Choose(options with { Normalization = _half }, PixelKind.VectorOfSingle, pixels).Chosen, Is.EqualTo(_half));
        }
    }

    [Test]
    public void Choose_ModelOfNormalisedPixels_IsItsOwn()
    {
        var ml = new MLContext();
        using var model = UntrainedModel.Create(ml, PixelKind.VectorOfSingle, normalization: new([0.1f, 0, 0], [1, 1, 1]));
        var options = TinyImages.Options with { InitialWeights = PretrainedWeights.FromModel(model) };
        var (chosen, messages) = Choose(options, PixelKind.VectorOfSingle, new([-0.1f, 0, 0], [1, 0.9f, 1]));
        Assert.That(chosen, Is.EqualTo(model.Normalization));
        Assert.That(messages, Has.None.StartsWith("Warning"));
    }

    [Test]
    public void Choose_FileThatSaysIt_IsTheFiles()
    {
        var (chosen, messages) = Choose(Options("told"), PixelKind.VectorOfByte, _ofPhotos);
        Assert.That(chosen, Is.EqualTo(new InputNormalization([127.5f, 102, 76.5f], [25.5f, 51, 102])));
        Assert.That(messages, Has.One.Contain($"as the metadata of weights file '{_folder["told"]}' says"));
    }

    [Test]
    public void Choose_NobodyKnows_IsMeasuredWithAWarning()
    {
        var (chosen, messages) = Choose(Options("plain"), PixelKind.VectorOfByte, _ofPhotos);
        Assert.That(chosen, Is.EqualTo(_ofPhotos));
        Assert.That(messages, Has.One.StartsWith("Warning").And.Contain("Nobody knows how the input"));
    }

    [Test]
    public void Choose_GivenOtherwiseThanTheWeightsKnow_IsGivenWithAWarning()
    {
        var (chosen, messages) = Choose(Options("told") with { Normalization = _ofPhotos }, PixelKind.VectorOfByte, _ofPhotos);
        Assert.That(chosen, Is.EqualTo(_ofPhotos));
        Assert.That(messages, Has.One.StartsWith("Warning").And.Contain("they see other input than they know"));
        var same = new InputNormalization([127.5f, 102, 76.5f], [25.5f, 51, 102]);
        Assert.That(Choose(Options("told") with { Normalization = same }, PixelKind.VectorOfByte, _ofPhotos).Messages, Is.Empty);
    }

    [Test]
    public void Choose_EarlierModel_IsItsOwn()
    {
        var ml = new MLContext();
        using var model = UntrainedModel.Create(ml, normalization: new([100, 110, 120], [50, 60, 70]));
        var options = TinyImages.Options with { InitialWeights = PretrainedWeights.FromModel(model) };
        Assert.That(Choose(options, PixelKind.VectorOfByte, _ofPhotos).Chosen, Is.EqualTo(model.Normalization));
    }

    [Test]
    public void Choose_AnotherUnitThanTheModels_IsWarnedOf()
    {
        var ml = new MLContext();
        using var model = UntrainedModel.Create(ml);   // of bytes
        var options = TinyImages.Options with { InitialWeights = PretrainedWeights.FromModel(model) };
        Assert.That(
            Choose(options, PixelKind.VectorOfSingle, _half).Messages,
            Has.One.StartsWith("Warning").And.Contain("channel 0 of column 'Image' has mean -1.99 and standard deviation 0.00391")
                .And.Contain("another scale"));
    }

    [Test]
    public void Choose_WithoutInitialWeights_IsMeasuredOrGiven()
    {
        var (chosen, messages) = Choose(TinyImages.Options, PixelKind.VectorOfByte, _ofPhotos);
        Assert.That((chosen, messages.Length), Is.EqualTo((_ofPhotos, 0)));
        Assert.That(Choose(TinyImages.Options with { Normalization = _half }, PixelKind.VectorOfByte, _ofPhotos).Chosen, Is.EqualTo(_half));
    }

    private LogitNormTrainer.Options Options(string file) => TinyWeights.From(_folder[file]);

    private static (InputNormalization Chosen, string[] Messages) Choose(LogitNormTrainer.Options options, PixelKind kind, InputNormalization measured)
    {
        var (ml, messages) = (new MLContext(), new List<string>());
        ml.Log += (_, e) => messages.Add($"{e.Kind} {e.Message}");
        using var log = new ContextLog(ml, "trainer");
        var chosen = InitialNormalization.Choose(options, new ImageInput("Image", _shape, kind, Interleaved: true), measured, log);
        return (chosen, [.. messages.Where(message => message.StartsWith("Warning", StringComparison.Ordinal) || message.Contains("normalised"))]);
    }
}
