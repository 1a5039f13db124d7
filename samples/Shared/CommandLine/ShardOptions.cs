using System.CommandLine;

namespace Shared.CommandLine;

/// <summary>The options by which a command does a share of its work.</summary>
public sealed class ShardOptions
{
    private readonly Option<string?> _shard;
    private readonly Option<int?> _shards;

    /// <param name="pieces">What the work is divided by, as "files of rows", for the help.</param>
    public ShardOptions(string pieces)
    {
        _shard = new("--shard")
        {
            Description = $"Do the i-th of n equal shares of the {pieces}: 1/4 to 4/4 on four machines. "
                + "Default: what Slurm (SLURM_ARRAY_TASK_ID) or Kubernetes (JOB_COMPLETION_INDEX with --shards) says, else all.",
            HelpName = "i/n",
        };
        _shards = new("--shards")
        {
            Description = "How many shares there are, where the scheduler tells only which one this is, from 0. "
                + $"Kubernetes needs it, or the variable {ShardEnvironment.CountVariable}.",
            HelpName = "N",
        };
    }

    public void AddTo(Command command)
    {
        command.Add(_shard);
        command.Add(_shards);
    }

    /// <summary>The shard that is asked for, or that the scheduler says.</summary>
    /// <exception cref="InputException">There is no such shard, or it is not told which.</exception>
    public Shard Read(ParseResult result) => Read(result.GetValue(_shard), result.GetValue(_shards), ShardEnvironment.This);

    internal static Shard Read(string? shard, int? shards, ShardEnvironment environment)
        => (shard, shards) switch
        {
            (not null, not null) => throw new InputException($"--shard {shard} and --shards {shards}: give one of them; the first says both."),
            (not null, null) => Shard.Parse(shard),
            _ => environment.Find(shards) ?? Shard.Whole,
        };
}
