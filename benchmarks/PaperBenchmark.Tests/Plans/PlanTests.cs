using Microsoft.ML.LogitNorm;
using PaperBenchmark.Plans;
using PaperBenchmark.Runs;
using Shared.CommandLine;

namespace PaperBenchmark.Tests.Plans;

public sealed class PlanTests
{
    private static readonly Plan _quick = new(Preset.Find("quick"), "cifar10", [1, 2]);

    [Test]
    public void Runs_OfTheMainTable_AreBothLossesWithAllSeeds()
        => Assert.That(
            _quick.Runs(["table-1"]).Select(run => (run.Loss.Name, run.Seed)),
            Is.EqualTo(new[] { ("CrossEntropy", 1), ("LogitNorm", 1), ("CrossEntropy", 2), ("LogitNorm", 2) }));

    [Test]
    public void Runs_OfAllItems_AreEachOnce()
    {
        var runs = _quick.Runs();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs.Select(run => run.Hash), Is.Unique);
            Assert.That(runs, Has.Count.EqualTo(13), "4 main, 4 of other networks, penalty, Generalized ODIN, Extended LogitNorm, 2 temperatures");
            Assert.That(Plan.Items.Select(item => _quick.Runs([item]).Count), Is.All.GreaterThan(1));
        }
    }

    [Test]
    public void Runs_OfThePaper_HaveAllSeedsAndNoWarmup()
    {
        var paper = new Plan(Preset.Find("paper"), "cifar10", [1, 2, 3]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(paper.Runs(["table-6"]).Select(run => run.Seed).Distinct(), Is.EquivalentTo(new[] { 1, 2, 3 }));
            Assert.That(paper.LogitNorm, Is.EqualTo(TrainingLoss.LogitNorm(0.04, warmup: 0)));
            Assert.That(
                paper.Run(paper.CrossEntropy, 1),
                Has.Property("Epochs").EqualTo(200).And.Property("BatchSize").EqualTo(128).And.Property("WeightDecay").EqualTo(5e-4));
        }
    }

    [Test]
    public void Runs_OfTheOtherTrainings_AreThereWhenAskedForAndNoPartOfAll()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_quick.Runs([Plan.Trainings]).Select(run => run.ToString()), Is.EqualTo(new[]
            {
                "CrossEntropy(), WideResNet(16, 1, 0), seed 1",
                "CrossEntropy(), against Jigsaws, Mixtures, WideResNet(16, 1, 0), seed 1",
                "T2FNorm(tau: 0.1) head, CrossEntropy(), WideResNet(16, 1, 0), seed 1",
                "LogitNorm(tau: 0.04, warmup: 0.5), WideResNet(16, 1, 0), seed 1",
                "LogitNorm(tau: 0.04, warmup: 0.5), against Jigsaws, Mixtures, WideResNet(16, 1, 0), seed 1",
                "CrossEntropy(), WideResNet(16, 1, 0), seed 2",
                "CrossEntropy(), against Jigsaws, Mixtures, WideResNet(16, 1, 0), seed 2",
                "T2FNorm(tau: 0.1) head, CrossEntropy(), WideResNet(16, 1, 0), seed 2",
                "LogitNorm(tau: 0.04, warmup: 0.5), WideResNet(16, 1, 0), seed 2",
                "LogitNorm(tau: 0.04, warmup: 0.5), against Jigsaws, Mixtures, WideResNet(16, 1, 0), seed 2",
            }));
            Assert.That(
                (_quick with { OutlierSet = "textures" }).Runs([Plan.Trainings]).Where(run => run.OutlierSet == "textures").Select(run => run.Loss.Name),
                Is.EqualTo(new[] { "CrossEntropy", "LogitNorm", "CrossEntropy", "LogitNorm" }));
            Assert.That(_quick.Runs().Select(run => run.Hash), Has.None.EqualTo(_quick.T2FNorm(1).Hash));
            Assert.That(_quick.Scores(_quick.T2FNorm(1)), Is.SupersetOf(PaperScores.OfTrainings).And.SupersetOf(PaperScores.All).And.Unique);
        }
    }

    [Test]
    public void Runs_UnknownItem_NamesTheNearest()
        => Assert.That(
            () => _quick.Runs(["tabel-1"]),
            Throws.TypeOf<InputException>().With.Message.Contain("tabel-1").And.Message.Contain("Did you mean 'table-1'").And.Message.Contain("figure-5"));

    [Test]
    public void Preset_Unknown_NamesTheNearest()
        => Assert.That(() => Preset.Find("papre"), Throws.TypeOf<InputException>().With.Message.Contain("Did you mean 'paper'").And.Message.Contain("smoke"));

    [TestCase("crop-flip", "CropAndFlip(4)")]
    [TestCase("cutout", "CropAndFlip(4) + Cutout(16)")]
    [TestCase("pixmix", "CropAndFlip(4) + PixMix(4, 3)")]
    public void With_AnAugmentation_IsThatOfEachRun(string name, string expected)
    {
        var preset = Preset.Find("long").With(name);
        var plan = new Plan(preset, "cifar10", [1]);
        var others = new Plan(Preset.Find("long"), "cifar10", [1]).Runs().Select(run => run.Hash);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Runs().Select(run => run.Description["augmentation"]), Is.All.EqualTo(expected));
            Assert.That(plan.Runs().Select(run => run.Hash).Intersect(others).Any(), Is.EqualTo(name == "crop-flip"), "runs of each other");
            Assert.That(preset.Budget.EndsWith($", with {expected}", StringComparison.Ordinal), Is.EqualTo(name != "crop-flip"));
            Assert.That(Preset.Find("paper").With(name).IsThePapers, Is.EqualTo(name == "crop-flip"));
        }
    }

    [Test]
    public void With_UnknownAugmentation_NamesTheNearest()
        => Assert.That(
            () => _quick.Preset.With("cutuot"),
            Throws.TypeOf<InputException>().With.Message.Contain("Did you mean 'cutout'").And.Message.Contain("pixmix"));

    [Test]
    public void Hash_IsThatOfRunsMadeBefore()
        => Assert.That(
            _quick.Run(_quick.CrossEntropy, 1).Hash,
            Is.EqualTo("6071f3ca793c"),
            "another hash orphans every finished run: raise RunOptions.Version knowingly");

    [Test]
    public void Hash_ChangesWithEveryOption()
    {
        var run = _quick.Run(_quick.LogitNorm, 1);
        RunOptions[] others =
        [
            run with { Dataset = "cifar100" }, run with { ImageSize = 16 }, run with { TrainLimit = 10 },
            run with { Backbone = Backbone.ResNet18() }, run with { Head = Head.Cosine() },
            run with { Loss = _quick.CrossEntropy }, run with { Epochs = 11 }, run with { BatchSize = 64 },
            run with { LearningRate = 0.05 }, run with { Schedule = LearningRateSchedule.Cosine() },
            run with { Momentum = 0.8 }, run with { WeightDecay = 1e-4 }, run with { Augmentation = Augmentation.None() }, run with { Seed = 2 },
            run with { SyntheticOutliers = SyntheticOutliers.Jigsaws }, run with { OutlierSet = "textures" },
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(others.Append(run).Select(other => other.Hash), Is.Unique);
            Assert.That((run with { }).Hash, Is.EqualTo(run.Hash));
            Assert.That(others, Has.Length.EqualTo(others[^1].Description.Count - 1), "every option but the version");
        }
    }

    [Test]
    public void Scores_AllForTheTableBeyondThePaper_ElseThePapers()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_quick.Scores(_quick.Run(_quick.ExtendedLogitNorm, 1)), Is.EqualTo(OodScores.All));
            Assert.That(_quick.Scores(_quick.GeneralizedOdin(1)), Is.EqualTo(PaperScores.All));
        }
    }
}
