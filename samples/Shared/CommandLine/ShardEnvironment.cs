using System.Globalization;

namespace Shared.CommandLine;

/// <summary>Which shard a process is, as the scheduler that started it tells by variables: an array of Slurm, an indexed Job of Kubernetes.</summary>
/// <param name="Variable">The value of an environment variable; null or empty where it is not set.</param>
public sealed record ShardEnvironment(Func<string, string?> Variable)
{
    /// <summary>How many shards there are, for schedulers that do not tell: Kubernetes.</summary>
    public const string CountVariable = "LOGITNORM_SHARDS";

    private const string Slurm = "SLURM_ARRAY_TASK_", Kubernetes = "JOB_COMPLETION_INDEX";

    /// <summary>The variables of this process.</summary>
    public static ShardEnvironment This { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The shard; null where no scheduler tells of one.</summary>
    /// <param name="count">How many there are, as <c>--shards</c> says; null where it is not given.</param>
    /// <exception cref="InputException">What is told does not make a shard; says which variable, and what to do.</exception>
    public Shard? Find(int? count)
    {
        var (shards, said) = count is not null ? (count, $"--shards {count}") : (Number(CountVariable), $"{CountVariable}={Variable(CountVariable)}");
        if (shards < 1)
            throw new InputException($"{said}: give a number of at least 1.");
        if (Number($"{Slurm}ID") is { } task)
            return shards is { } all ? Counted($"{Slurm}ID", task, all, said, $"sbatch --array=0-{all - 1}") : OfArray(task);
        if (Number(Kubernetes) is { } index)
            return shards is { } all
                ? Counted(Kubernetes, index, all, said, $"completions: {all}")
                : throw new InputException(
                    $"{Kubernetes} is {index}, but of how many is not told. Give --shards N, or set {CountVariable} to the Job's completions.");
        return shards is null ? null : throw new InputException(
            $"{said}: which of them this process is, is not told: neither {Slurm}ID nor {Kubernetes} is set. Give --shard i/n.");
    }

    private static Shard Counted(string variable, int index, int count, string said, string remedy)
        => index < count
            ? new(index + 1, count, $"by {variable}={index} and {said}")
            : throw new InputException($"{variable} is {index}, and {said}: expected 0 to {count - 1}. Start it as {remedy}.");

    // By its own least task and step, so that --array=1-4 and --array=0-30:10 are four shards like --array=0-3.
    private Shard OfArray(int task)
    {
        var (least, most, count, step) = (Required("MIN"), Required("MAX"), Required("COUNT"), Number($"{Slurm}STEP") ?? 1);
        if (least + ((count - 1) * step) != most || (task - least) % step != 0 || task < least || task > most)
            throw new InputException($"{Slurm}ID is {task} in an array of {count} tasks from {least} to {most} with gaps, which does not tell the shard. "
                + "Give --shards N beside --array=..., where N is the number of all shards, and the tasks are numbered from 0.");
        return new(((task - least) / step) + 1, count, $"by {Slurm}ID={task}, of {count} from {least} to {most}");
    }

    private int Required(string name)
        => Number(Slurm + name) ?? throw new InputException($"{Slurm}ID is set, but not {Slurm}{name}. Give --shard i/n, or --shards N.");

    private int? Number(string variable) => Variable(variable) switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw new InputException($"{variable} is '{text}': expected a number. Unset it, or give --shard i/n."),
    };
}
