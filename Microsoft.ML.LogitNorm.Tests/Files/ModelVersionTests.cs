using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Files;

/// <summary>Saved models of other versions than this one.</summary>
public sealed class ModelVersionTests : SavedModelTests
{
    // Places in the header of ML.NET's making: the part's signature, the version that wrote it and the oldest that can read it.
    private const int Signature = 0x40, WrittenVersion = 0x48, ReadableVersion = 0x4C;

    [TestCase("LOGITNRM", ModelPart)]
    [TestCase("LNOODSCR", ScorePart)]
    [TestCase("LNOODDET", DecisionPart)]
    public void Load_NewerVersion_NamesPartAndRemedy(string signature, string part)
    {
        var file = WithHeader(signature, header => (header[WrittenVersion], header[ReadableVersion]) = (9, 9));
        Assert.That(
            file.LoadError(Ml), Is.TypeOf<InvalidDataException>().With.Message.Contains(part).And.Message.Contains("newer version of Microsoft.ML.LogitNorm"));
    }

    [TestCase("LOGITNRM", ModelPart)]
    [TestCase("LNOODSCR", ScorePart)]
    [TestCase("LNOODDET", DecisionPart)]
    public void Load_VersionBeforeTheFirstRelease_SaysSo(string signature, string part)
    {
        var file = WithHeader(signature, header => (header[WrittenVersion], header[ReadableVersion]) = (1, 1));
        Assert.That(file.LoadError(Ml), Is.TypeOf<InvalidDataException>().With.Message.Contains(part).And.Message.Contains("before 0.1.0"));
    }

    // A newer library may have added what an older one does without: it says so by the version that can read the part.
    [Test]
    public void Load_NewerVersionThatThisOneMayRead_LeavesOutWhatItDoesNotKnow()
    {
        var more = Saved.WithJson("Model.json", "\"ClassCount\":3", "\"ClassCount\":3,\"More\":{\"kind\":\"unknown\"}");
        Assert.That(more.LoadError(Ml), Names(ModelPart, "Model.json").With.Message.Contains("More"));
        using var loaded = (TransformerChain<ITransformer>)WithHeader("LOGITNRM", header => header[WrittenVersion]++, more).Load(Ml, out _);
        var data = TinyImages.View(Ml, 5, seed: 3);
        Assert.That(ColumnValues.Read(loaded.Transform(data), "Logits"), Is.EqualTo(ColumnValues.Read(App.Transform(data), "Logits")));
    }

    [TestCase("LOGITNRM", ModelPart)]
    [TestCase("LNOODSCR", ScorePart)]
    [TestCase("LNOODDET", DecisionPart)]
    public void Load_HeaderOfAnotherKind_NamesThePart(string signature, string part)
        => Assert.That(WithHeader(signature, header => header[Signature]++).LoadError(Ml), Is.TypeOf<InvalidDataException>().With.Message.Contains(part));

    private ModelFile WithHeader(string signature, Action<byte[]> change, ModelFile? file = null)
    {
        var name = Saved.Entries("Model.key").Single(entry => Saved.Read(entry).AsSpan(Signature).StartsWith(Encoding.UTF8.GetBytes(signature)));
        return (file ?? Saved).With(name, bytes =>
        {
            change(bytes);
            return bytes;
        });
    }
}
