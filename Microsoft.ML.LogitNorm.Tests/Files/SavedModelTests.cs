using Microsoft.ML.Data;
using NUnit.Framework.Constraints;

namespace Microsoft.ML.LogitNorm.Tests.Files;

/// <summary>What tests of saved models have in common: a model of three parts, and its file.</summary>
/// <remarks>ML.NET wraps an error while loading in others of its own; the innermost is ours and names the part.</remarks>
public abstract class SavedModelTests
{
    private protected const string ModelPart = "LogitNorm model", ScorePart = "out-of-distribution score", DecisionPart = "out-of-distribution decision";

    private protected MLContext Ml { get; } = new(seed: 1);

    private protected TransformerChain<OodDetectorTransformer> App { get; private set; } = null!;

    private protected ModelFile Saved { get; private set; } = null!;

    [OneTimeSetUp]
    public void Save()
    {
        App = UntrainedModel.App(Ml);
        Saved = ModelFile.Of(Ml, App, TinyImages.View(Ml, 1).Schema);
    }

    [OneTimeTearDown]
    public void Free() => App.Dispose();

    private protected static Constraint Names(string part, string entry)
        => Is.TypeOf<InvalidDataException>().With.Message.Contains(part).And.Message.Contains($"'{entry}'");
}
