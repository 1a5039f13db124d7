using Shared.CommandLine;

namespace Shared.Tests.CommandLine;

public sealed class ShardTests
{
    private const string Id = "SLURM_ARRAY_TASK_ID", Min = "SLURM_ARRAY_TASK_MIN", Max = "SLURM_ARRAY_TASK_MAX", Count = "SLURM_ARRAY_TASK_COUNT",
        Step = "SLURM_ARRAY_TASK_STEP", Index = "JOB_COMPLETION_INDEX", Shards = "LOGITNORM_SHARDS";

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(20)]
    public void Of_AllShards_HaveEachPieceOnce(int count)
        => Assert.That(
            Enumerable.Range(1, count).SelectMany(number => new Shard(number, count, "").Of(Enumerable.Range(0, 10))),
            Is.EquivalentTo(Enumerable.Range(0, 10)));

    [Test]
    public void Of_Neighbours_GoToDifferentShards()
        => Assert.That(Shard.Parse("2/3").Of(["a", "b", "c", "d", "e"]), Is.EqualTo(new[] { "b", "e" }));

    [Test]
    public void Parse_Shard_IsNumberAndCount()
        => Assert.That(Shard.Parse("2/4"), Is.EqualTo(new Shard(2, 4, "by --shard 2/4")));

    [TestCase("0/4")]
    [TestCase("5/4")]
    [TestCase("1/0")]
    [TestCase("2")]
    [TestCase("a/b")]
    [TestCase("1/2/3")]
    [TestCase("-1/2")]
    public void Parse_NoShard_SaysWhatIsExpected(string value)
        => Assert.That(() => Shard.Parse(value), Throws.TypeOf<InputException>().With.Message.Contains($"--shard {value}").And.Message.Contains("1/4"));

    [TestCase("0", "0", "3", "4", "1", 1, 4)]
    [TestCase("3", "0", "3", "4", "1", 4, 4)]
    [TestCase("7", "6", "7", "2", null, 2, 2)]
    [TestCase("20", "0", "30", "4", "10", 3, 4)]
    [TestCase("5", "5", "5", "1", "1", 1, 1)]
    public void Find_ArrayOfSlurm_CountsFromItsLeastTask(string id, string min, string max, string count, string? step, int number, int all)
        => Assert.That(
            Environment((Id, id), (Min, min), (Max, max), (Count, count), (Step, step)).Find(null),
            Is.EqualTo(new Shard(number, all, $"by {Id}={id}, of {count} from {min} to {max}")));

    // sbatch --array=1,3,7: the task does not know how many are before it.
    [TestCase("3", "1", "7", "3")]
    [TestCase("9", "0", "7", "8")]
    public void Find_ArrayWithGaps_AsksForTheNumberOfShards(string id, string min, string max, string count)
        => Assert.That(
            () => Environment((Id, id), (Min, min), (Max, max), (Count, count)).Find(null),
            Throws.TypeOf<InputException>().With.Message.Contains(Id).And.Message.Contains("--shards N"));

    [Test]
    public void Find_SomeTasksOfAnArrayAgain_ByTheirPlaceInAll()
        => Assert.That(Environment((Id, "2"), (Min, "2"), (Max, "2"), (Count, "1")).Find(4), Is.EqualTo(new Shard(3, 4, $"by {Id}=2 and --shards 4")));

    [Test]
    public void Find_IndexedJob_NeedsTheNumberOfShards()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Environment((Index, "3")).Find(4), Is.EqualTo(new Shard(4, 4, $"by {Index}=3 and --shards 4")));
            Assert.That(Environment((Index, "3"), (Shards, "8")).Find(null), Is.EqualTo(new Shard(4, 8, $"by {Index}=3 and {Shards}=8")));
            Assert.That(() => Environment((Index, "3")).Find(null), Throws.TypeOf<InputException>().With.Message.Contains(Shards));
            Assert.That(() => Environment((Index, "4")).Find(4), Throws.TypeOf<InputException>().With.Message.Contains("expected 0 to 3"));
        }
    }

    [Test]
    public void Find_WhatMakesNoShard_IsNamed()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Environment().Find(null), Is.Null);
            Assert.That(() => Environment().Find(4), Throws.TypeOf<InputException>().With.Message.Contains("--shard i/n"));
            Assert.That(() => Environment((Id, "x")).Find(null), Throws.TypeOf<InputException>().With.Message.Contains($"{Id} is 'x'"));
            Assert.That(() => Environment((Id, "1")).Find(null), Throws.TypeOf<InputException>().With.Message.Contains(Min));
            Assert.That(() => Environment((Index, "0"), (Shards, "0")).Find(null), Throws.TypeOf<InputException>().With.Message.Contains($"{Shards}=0"));
        }
    }

    [Test]
    public void Read_Option_GoesBeforeTheScheduler()
    {
        var environment = Environment((Id, "1"), (Min, "0"), (Max, "3"), (Count, "4"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ShardOptions.Read("1/2", null, environment), Is.EqualTo(Shard.Parse("1/2")));
            Assert.That(ShardOptions.Read(null, null, environment), Has.Property("Number").EqualTo(2).And.Property("Count").EqualTo(4));
            Assert.That(ShardOptions.Read(null, null, Environment()), Is.EqualTo(Shard.Whole));
            Assert.That(() => ShardOptions.Read("1/2", 2, environment), Throws.TypeOf<InputException>().With.Message.Contains("give one of them"));
        }
    }

    private static ShardEnvironment Environment(params (string Name, string? Value)[] variables)
        => new(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
