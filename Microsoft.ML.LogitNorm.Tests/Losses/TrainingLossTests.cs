using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Losses;

[TestFixture]
public sealed class TrainingLossTests
{
    private const int Classes = 4, Features = 3;

    private static readonly TrainingLoss[] All =
    [
        TrainingLoss.CrossEntropy(), TrainingLoss.LogitNorm(), TrainingLoss.LogitNorm(1, 0), TrainingLoss.LogitPenalty(), TrainingLoss.ExtendedLogitNorm(),
    ];

    private static readonly TestCaseData[] Written =
    [
        new(TrainingLoss.CrossEntropy(), "CrossEntropy()"),
        new(TrainingLoss.LogitNorm(), "LogitNorm(tau: 0.04, warmup: 0.5)"),
        new(TrainingLoss.LogitNorm(0.1, 0), "LogitNorm(tau: 0.1, warmup: 0)"),
        new(TrainingLoss.LogitPenalty(), "LogitPenalty(lambda: 0.05)"),
        new(TrainingLoss.ExtendedLogitNorm(), "ExtendedLogitNorm()"),
    ];

    [TestCaseSource(nameof(Written))]
    public void ToString_IsWhatAUserTypes(TrainingLoss loss, string expected)
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            Assert.That(loss.ToString(), Is.EqualTo(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.That(loss.Name, Is.EqualTo(expected[..expected.IndexOf('(')]));
    }

    [TestCaseSource(nameof(All))]
    public void Json_RoundTrip_IsEqual(TrainingLoss loss)
    {
        var json = JsonSerializer.Serialize(loss, loss.GetType());

        Assert.That(JsonSerializer.Deserialize(json, loss.GetType()), Is.EqualTo(loss));
        var parameters = loss.GetType().GetConstructors().Single().GetParameters().Select(p => p.Name);
        Assert.That(JsonDocument.Parse(json).RootElement.EnumerateObject().Select(p => p.Name), Is.EqualTo(parameters));
    }

    [TestCase(0)]
    [TestCase(-0.04)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void LogitNorm_BadTau_SaysWhatToGive(double tau)
        => Assert.That(
            () => TrainingLoss.LogitNorm(tau), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("positive").And.Message.Contains("tau"));

    [TestCase(-0.1)]
    [TestCase(1.1)]
    [TestCase(double.NaN)]
    public void LogitNorm_BadWarmup_SaysWhatToGive(double warmup)
        => Assert.That(
            () => TrainingLoss.LogitNorm(0.04, warmup),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 (none) to 1").And.Message.Contains("warmup"));

    [TestCase(-1)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void LogitPenalty_BadLambda_SaysWhatToGive(double lambda)
        => Assert.That(
            () => TrainingLoss.LogitPenalty(lambda),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 0").And.Message.Contains("lambda"));

    [TestCase(0.04, 0.5, 0.0, 1.0)]
    [TestCase(0.04, 0.5, 0.25, 0.2)]        // half-way: the geometric mean of 1 and 0.04
    [TestCase(0.04, 0.5, 0.5, 0.04)]
    [TestCase(0.04, 0.5, 1.0, 0.04)]
    [TestCase(0.01, 1.0, 0.5, 0.1)]
    [TestCase(0.01, 1.0, 1.0, 0.01)]
    [TestCase(0.04, 0.0, 0.0, 0.04)]        // the paper's
    [TestCase(1.0, 0.5, 0.25, 1.0)]
    [TestCase(2.0, 0.5, 0.0, 2.0)]          // nothing to fall to
    public void TauAt_Progress_FallsGeometricallyThenStays(double tau, double warmup, double progress, double expected)
        => Assert.That(new LogitNormLoss(tau, warmup).TauAt(progress), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void LogitNorm_DuringWarmup_IsTheLossOfTheWiderTau()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var logits = randn(6, Classes);

        var during = TrainingLoss.LogitNorm(0.04, 0.5).Compute(On(logits, progress: 0.25));
        var fixedTau = TrainingLoss.LogitNorm(0.2, 0).Compute(On(logits));

        Assert.That(during.ToSingle(), Is.EqualTo(fixedTau.ToSingle()).Within(1e-5));
    }

    [Test]
    public void LogitNorm_Gradient_HasNoPartAlongTheLogits()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var logits = (5 * randn([8, Classes], float64)).requires_grad_();

        TrainingLoss.LogitNorm(0.1, 0).Compute(On(logits)).backward();

        var along = (logits.grad! * logits).sum(1).abs() / (logits.grad!.norm(1) * logits.norm(1));   // |cosine|, [8]
        Assert.That(along.max().ToDouble(), Is.LessThan(1e-6));
        Assert.That(logits.grad!.norm().ToDouble(), Is.GreaterThan(1e-3));
    }

    [Test]
    public void LogitNorm_AnyLogits_StayAboveTheBound()
        => Prop.ForAll((NormalFloat[] values, PositiveInt hundredths) => IsAboveBound(values, hundredths)).QuickCheckThrowOnFailure();

    [Test]
    public void Compute_ExtremeLogits_AreFinite([ValueSource(nameof(All))] TrainingLoss loss, [Values(0, 1e3, -1e3, 1e-30)] double scale)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var logits = (scale * randn(8, Classes).sign()).requires_grad_();

        var value = loss.Compute(On(logits));
        value.backward();

        Assert.That(float.IsFinite(value.ToSingle()), Is.True);
        Assert.That(logits.grad!.isfinite().all().ToBoolean(), Is.True);
    }

    [Test]
    public void Compute_ZeroLogits_KnowsNothing([ValueSource(nameof(All))] TrainingLoss loss)
    {
        using var scope = NewDisposeScope();

        Assert.That(loss.Compute(On(zeros(8, Classes))).ToSingle(), Is.EqualTo(Math.Log(Classes)).Within(1e-6));
    }

    [Test]
    public void Compute_OneClass_IsFinite([ValueSource(nameof(All))] TrainingLoss loss)
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { 2f, -3f }, [2, 1]);

        var value = loss.Compute(new(logits, zeros(2, Features), ones(1, Features), zeros(2, int64), Progress: 0));

        Assert.That(float.IsFinite(value.ToSingle()), Is.True);
    }

    [Test]
    public void ExtendedLogitNorm_TwoClassesShareAWeight_IsFinite()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var weight = randn(Classes, Features);
        weight[1] = weight[0];
        weight.requires_grad_();
        var embedding = randn(8, Features);

        var value = TrainingLoss.ExtendedLogitNorm().Compute(new(embedding.mm(weight.t()), embedding, weight, arange(8) % Classes, Progress: 0));
        value.backward();

        Assert.That(float.IsFinite(value.ToSingle()), Is.True);
        Assert.That(weight.grad!.isfinite().all().ToBoolean(), Is.True);
    }

    [Test]
    public void ExtendedLogitNorm_ScaledEmbedding_KeepsItsLoss()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (weight, embedding) = (randn(Classes, Features), randn(8, Features));

        Assert.That(Loss(embedding * 7), Is.EqualTo(Loss(embedding)).Within(1e-5));

        float Loss(Tensor z) => TrainingLoss.ExtendedLogitNorm().Compute(new(z.mm(weight.t()), z, weight, arange(8) % Classes, Progress: 0)).ToSingle();
    }

    private static bool IsAboveBound(NormalFloat[] values, PositiveInt hundredths)
    {
        using var scope = NewDisposeScope();
        var tau = hundredths.Get / 100.0;
        var logits = tensor(values.Select(v => Math.Clamp(v.Get, -1e6, 1e6)).Append(1).Append(0).ToArray()).unsqueeze(0);   // [1, C]
        var bound = Math.Log(1 + (logits.shape[1] - 1) * Math.Exp(-2 / tau));

        var loss = new LogitNormLoss(tau, 0).Compute(new(logits, logits, logits, zeros(1, int64), Progress: 0));

        return loss.ToDouble() >= bound * (1 - 1e-9);
    }

    private static TrainingStep On(Tensor logits, double progress = 0)
        => new(logits, zeros(logits.shape[0], Features), eye(Classes, Features, logits.dtype), arange(logits.shape[0]) % Classes, progress);
}
