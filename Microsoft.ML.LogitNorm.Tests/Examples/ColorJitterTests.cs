using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

public sealed class ColorJitterTests
{
    // Two pixels of each image: [B, 1, 2, 3].
    private static Tensor Two(params float[] values) => tensor(values).view(-1, 1, 2, 3);

    private static Tensor Factors(params float[] values) => tensor(values).view(-1, 1, 1, 1);

    private static float[] Values(Tensor images) => images.data<float>().ToArray();

    [Test]
    public void Brightness_Factor_GivesItTimesThePixel()
    {
        using var scope = NewDisposeScope();
        Assert.That(
            Values(ColorChanges.Brightness(Two(0.1f, 0.2f, 0.4f, 0.6f, 0.5f, 0, 0.1f, 0.2f, 0.4f, 0.6f, 0.5f, 0), Factors(2, 0.5f))),
            Is.EqualTo(new[] { 0.2f, 0.4f, 0.8f, 1, 1, 0, 0.05f, 0.1f, 0.2f, 0.3f, 0.25f, 0 }).Within(1e-6));
    }

    [TestCase(1f, new[] { 0.1f, 0.2f, 0.4f, 0.6f, 0.5f, 0f })]
    [TestCase(0f, new[] { 0.1929f, 0.1929f, 0.1929f, 0.4729f, 0.4729f, 0.4729f }, Description = "the grey value, by hand")]
    [TestCase(0.5f, new[] { 0.14645f, 0.19645f, 0.29645f, 0.53645f, 0.48645f, 0.23645f })]
    [TestCase(2f, new[] { 0.0071f, 0.2071f, 0.6071f, 0.7271f, 0.5271f, 0f })]
    public void Saturation_Factor_BlendsWithGrey(float factor, float[] expected)
    {
        using var scope = NewDisposeScope();
        Assert.That(Values(ColorChanges.Saturation(Two(0.1f, 0.2f, 0.4f, 0.6f, 0.5f, 0), Factors(factor))), Is.EqualTo(expected).Within(1e-5));
    }

    // The mean grey of both pixels is (0.1929 + 0.4729) / 2 = 0.3329.
    [TestCase(1f, new[] { 0.1f, 0.2f, 0.4f, 0.6f, 0.5f, 0f })]
    [TestCase(0f, new[] { 0.3329f, 0.3329f, 0.3329f, 0.3329f, 0.3329f, 0.3329f })]
    [TestCase(0.5f, new[] { 0.21645f, 0.26645f, 0.36645f, 0.46645f, 0.41645f, 0.16645f })]
    public void Contrast_Factor_BlendsWithTheMeanGrey(float factor, float[] expected)
    {
        using var scope = NewDisposeScope();
        Assert.That(Values(ColorChanges.Contrast(Two(0.1f, 0.2f, 0.4f, 0.6f, 0.5f, 0), Factors(factor))), Is.EqualTo(expected).Within(1e-5));
    }

    [TestCase(0f, new[] { 1f, 0, 0, 0.2f, 0.6f, 0.4f })]
    [TestCase(1 / 3f, new[] { 0f, 1, 0, 0.4f, 0.2f, 0.6f }, Description = "red becomes green, and green blue")]
    [TestCase(-1 / 3f, new[] { 0f, 0, 1, 0.6f, 0.4f, 0.2f })]
    [TestCase(0.5f, new[] { 0f, 1, 1, 0.6f, 0.2f, 0.4f }, Description = "the complement")]
    [TestCase(1f, new[] { 1f, 0, 0, 0.2f, 0.6f, 0.4f }, Description = "all around")]
    public void Hue_Turn_MovesTheColour(float turn, float[] expected)
    {
        using var scope = NewDisposeScope();
        Assert.That(Values(ColorChanges.Hue(Two(1, 0, 0, 0.2f, 0.6f, 0.4f), Factors(turn))), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Hue_Grey_Stays()
    {
        using var scope = NewDisposeScope();
        float[] greys = [0, 0, 0, 1, 1, 1, 0.3f, 0.3f, 0.3f, 0.7f, 0.7f, 0.7f];
        Assert.That(Values(ColorChanges.Hue(Two(greys), Factors(0.2f, -0.4f))), Is.EqualTo(greys).Within(1e-6));
    }

    [Test]
    public void Gather_NoChange_GivesTheImages([Values(1, 3)] int channels, [Values] bool bytes)
    {
        using var scope = NewDisposeScope();
        var images = RandomResizedCropTests.Images(5, channels, bytes);
        RandomResizedCropTests.AssertEqual(
            RandomResizedCropTests.Gather(Augmentation.ColorJitter(0, 0, 0), images, RandomResizedCropTests.Rows(5), seed: 1), images);
    }

    // Each image has one factor, in the range asked for: it is the quotient of any pixel that was not cut off.
    [Test]
    public void Gather_Brightness_HasAFactorOfItsOwnForEachImage([Values(1, 3)] int channels)
    {
        using var scope = NewDisposeScope();
        var images = full([300, 4, 4, channels], 100f);
        var found = RandomResizedCropTests.Gather(Augmentation.ColorJitter(0.4, 0, 0), images, RandomResizedCropTests.Rows(300), seed: 2);
        var factors = Values(found.amax([1, 2, 3])).Select(value => value / 100.0).ToList();
        Assert.That(Values(found.amin([1, 2, 3])), Is.EqualTo(Values(found.amax([1, 2, 3]))), "the same for all of an image");
        Assert.That(factors, Has.All.InRange(0.6 - 1e-5, 1.4 + 1e-5));
        Assert.That(factors.Average(), Is.EqualTo(1).Within(0.06));
        Assert.That(factors.Max() - factors.Min(), Is.GreaterThan(0.75));
    }

    [Test]
    public void Gather_OneChannel_HasNoSaturationOrHue()
    {
        using var scope = NewDisposeScope();
        var images = RandomResizedCropTests.Images(5, 1, bytes: false);
        RandomResizedCropTests.AssertEqual(
            RandomResizedCropTests.Gather(Augmentation.ColorJitter(0, 0, 1, 0.5), images, RandomResizedCropTests.Rows(5), seed: 1), images);
    }

    [Test]
    public void Gather_SameSeed_GivesTheSame()
    {
        using var scope = NewDisposeScope();
        var images = RandomResizedCropTests.Images(5, 3, bytes: true);
        var jitter = Augmentation.ColorJitter(0.5, 0.5, 0.5, 0.2);
        var first = Gather(seed: 7);
        manual_seed(99);   // the global generator has no part in it
        RandomResizedCropTests.AssertEqual(Gather(seed: 7), first);
        Assert.That(Gather(seed: 8).data<byte>().ToArray(), Is.Not.EqualTo(first.data<byte>().ToArray()));

        Tensor Gather(ulong seed) => RandomResizedCropTests.Gather(jitter, images, RandomResizedCropTests.Rows(5), seed);
    }

    [TestCase(-0.1, 0, 0, 0, "brightness")]
    [TestCase(0, double.NaN, 0, 0, "contrast")]
    [TestCase(0, 0, double.PositiveInfinity, 0, "saturation")]
    [TestCase(0, 0, 0, 0.6, "hue")]
    [TestCase(0, 0, 0, -0.1, "hue")]
    public void ColorJitter_ImpossibleRange_IsRefused(double brightness, double contrast, double saturation, double hue, string name)
        => Assert.That(
            () => Augmentation.ColorJitter(brightness, contrast, saturation, hue),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(name));

    [Test]
    public void ToString_IsWhatAUserTypes()
        => Assert.That(
            (Augmentation.ColorJitter().ToString(), Augmentation.ColorJitter(0.1, 0, 0.5, 0.05).ToString()),
            Is.EqualTo(("ColorJitter(0.2, 0.2, 0.2)", "ColorJitter(0.1, 0, 0.5, hue: 0.05)")));
}
