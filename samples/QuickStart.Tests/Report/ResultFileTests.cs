using System.Text.Json.Nodes;
using QuickStart.Report;

namespace QuickStart.Tests.Report;

public sealed class ResultFileTests
{
    private static readonly ResultFile Result = new()
    {
        Seed = 1,
        Backbone = "WideResNet(10, 1)",
        Epochs = 10,
        Runs =
        [
            new()
            {
                Loss = "CrossEntropy",
                Epochs = 3,
                Accuracy = 0.97,
                FalseAlarmRate = 0.049,
                TrainSeconds = 40.1,
                Score = "Fuse(MaxSoftmax, RelativeLayerGaussian, LayerGaussian)",
                Ood = [new("near", 1000, 0.31, 0.93, 0.97, 0.9)],
                Softmax = [new("near", 1000, 0.62, 0.83, 0.87, 0.8)],
            },
            new()
            {
                Loss = "LogitNorm",
                Tau = 0.04,
                TauWarmup = 0.5,
                Epochs = 10,
                Accuracy = 0.96,
                FalseAlarmRate = 0.05,
                TrainSeconds = 41,
                Score = "MaxSoftmax",
                Ood = [],
                Softmax = [],
            },
        ],
    };

    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Write_Result_HasTheAgreedNames()
    {
        Result.Write(_folder.At("out", "result.json"));
        var json = JsonNode.Parse(File.ReadAllText(_folder.At("out", "result.json")));
        var expected = JsonNode.Parse("""
            {"seed": 1, "backbone": "WideResNet(10, 1)", "epochs": 10, "runs": [
              {"loss": "CrossEntropy", "epochs": 3, "accuracy": 0.97, "falseAlarmRate": 0.049, "trainSeconds": 40.1,
               "score": "Fuse(MaxSoftmax, RelativeLayerGaussian, LayerGaussian)",
               "ood": [{"name": "near", "rows": 1000, "fprAt95Tpr": 0.31, "auroc": 0.93, "auprIn": 0.97, "auprOut": 0.9}],
               "softmax": [{"name": "near", "rows": 1000, "fprAt95Tpr": 0.62, "auroc": 0.83, "auprIn": 0.87, "auprOut": 0.8}]},
              {"loss": "LogitNorm", "tau": 0.04, "tauWarmup": 0.5, "epochs": 10, "accuracy": 0.96, "falseAlarmRate": 0.05, "trainSeconds": 41,
               "score": "MaxSoftmax", "ood": [], "softmax": []}]}
            """);
        Assert.That(JsonNode.DeepEquals(json, expected), Is.True, () => json!.ToString());
    }

    [Test]
    public void Write_FileIsThere_IsReplacedAndNothingElseStays()
    {
        var path = _folder.Write("result.json", "old, and longer than nothing"u8.ToArray());
        Result.Write(path);
        Assert.Multiple(() =>
        {
            Assert.That(ResultFile.Read(path).Runs[0].Ood[0], Is.EqualTo(Result.Runs[0].Ood[0]));
            Assert.That(Directory.EnumerateFiles(_folder.Root), Is.EqualTo(new[] { path }));
        });
    }

    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("not json")]
    public void Read_OtherContent_NamesTheFile(string content)
    {
        var path = _folder.Write("result.json", System.Text.Encoding.UTF8.GetBytes(content));
        Assert.That(() => ResultFile.Read(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains(path));
    }
}
