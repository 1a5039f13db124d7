using PaperBenchmark.Commands;

namespace PaperBenchmark.Tests.Runs;

/// <summary>Several processes that share the trainings of one output folder.</summary>
public sealed class ShardedTrainingTests
{
    [Test]
    public void Train_EachShard_TrainsItsNetworksAndNoOther()
    {
        using var temporary = new TemporaryFolder();
        Train("2/3");
        Assert.That(Trained(), Has.Length.EqualTo(1));
        var second = Trained().Single();
        Train("1/3");
        Assert.That(Trained(), Has.Length.EqualTo(2).And.Member(second));
        Train("3/3");
        Assert.That(Trained(), Has.Length.EqualTo(2), "there are two networks, so nothing is left for the third");

        void Train(string shard)
        {
            string[] arguments =
            [
                "train", "table-1", "--preset", "smoke", "--seeds", "1", "--epochs", "1", "--train-limit", "64", "--output", temporary.Root, "--shard", shard,
            ];
            Assert.That(BenchmarkCommand.Create().Parse(arguments).Invoke(), Is.Zero);
        }

        string[] Trained() => Directory.GetFiles(temporary.Root, "trained.json", SearchOption.AllDirectories);
    }
}
