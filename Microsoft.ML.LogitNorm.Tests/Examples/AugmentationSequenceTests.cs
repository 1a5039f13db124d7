using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

[TestFixture]
public sealed class AugmentationSequenceTests
{
    private static readonly Augmentation _crop = Augmentation.CropAndFlip(1), _cutout = Augmentation.Cutout(2);

    [Test]
    public void Of_SequencesAndNone_BecomeTheirParts()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Augmentation.Of(), Is.EqualTo(Augmentation.None()));
            Assert.That(Augmentation.Of(Augmentation.None(), _crop), Is.EqualTo(_crop));
            Assert.That(
                Augmentation.Of(Augmentation.Of(_crop, _cutout), Augmentation.None(), _cutout), Is.EqualTo(Augmentation.Of(_crop, _cutout, _cutout)));
            Assert.That(Augmentation.Of(_crop, _cutout), Is.Not.EqualTo(Augmentation.Of(_cutout, _crop)));
            Assert.That(Augmentation.Of(_crop, _cutout).ToString(), Is.EqualTo("CropAndFlip(1) + Cutout(2)"));
        }
    }

    [Test]
    public void Of_ListChangedAfterwards_StaysAsItIs()
    {
        var parts = new List<Augmentation> { _crop, _cutout };
        var sequence = Augmentation.Of(parts);
        parts[0] = _cutout;
        Assert.That(sequence, Is.EqualTo(Augmentation.Of(_crop, _cutout)));
    }

    [Test]
    public void Of_Null_IsRefused()
    {
        Assert.That(() => Augmentation.Of(null!), Throws.ArgumentNullException);
        Assert.That(() => Augmentation.Of(_crop, null!), Throws.ArgumentException.With.Message.Contains("An augmentation is null"));
    }

    [TestCase("""{"kind":"sequence","Parts":[{"kind":"none"},{"kind":"cutout","Size":2}]}""")]
    [TestCase("""{"kind":"sequence","Parts":[{"kind":"cutout","Size":2}]}""")]
    [TestCase("""{"kind":"sequence","Parts":[{"kind":"none"},{"kind":"sequence","Parts":[{"kind":"cutout","Size":2},{"kind":"cutout","Size":3}]}]}""")]
    public void Json_WithWhatOfNeverMakes_IsRefused(string json)
        => Assert.That(
            () => JsonSerializer.Deserialize<Augmentation>(json, ModelJson.Options),
            Throws.ArgumentException.With.Message.Contains("A sequence has at least 2"));

    // One after the other, each with the numbers that come next.
    [Test]
    public void Gather_IsThatOfThePartsInTheirOrder()
    {
        using var scope = NewDisposeScope();
        var pixels = TensorArithmetic.Range(4 * 6 * 6 * 3, int64).remainder(tensor(251L)).to(uint8).view(4, 6, 6, 3);
        var (rows, all) = (tensor(new long[] { 3, 1, 1 }), tensor(new long[] { 0, 1, 2 }));
        using Generator one = new(5, CPU), other = new(5, CPU);
        using AugmentationContext together = Contexts.Of(one), apart = Contexts.Of(other);
        var before = Tensor.TotalCount;
        var found = Augmentation.Of(_crop, _cutout).Gather(pixels, rows, together);
        Assert.That(Tensor.TotalCount, Is.EqualTo(before + 1), "the batch is all that is left");
        var expected = _cutout.Gather(_crop.Gather(pixels, rows, apart), all, apart);
        Assert.That(found.data<byte>().ToArray(), Is.EqualTo(expected.contiguous().data<byte>().ToArray()));
    }
}
