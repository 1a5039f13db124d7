using TorchSharp.Modules;

namespace Microsoft.ML.LogitNorm;

/// <summary>Which parts of a network learn, and how fast, when it begins with <see cref="LogitNormTrainer.Options.InitialWeights"/>.</summary>
/// <remarks>
/// The parts are the backbone's stages, in the order in which an image goes through them: of a ResNet <c>stem</c>, <c>layer1</c>, <c>layer2</c>, <c>layer3</c>
/// and <c>layer4</c>. A name that is none is refused, with those that there are. Behind them is the head, which always learns.
/// </remarks>
public sealed record FineTuning
{
    /// <summary>The name of what comes behind the stages, in <see cref="StageLearningRates"/>.</summary>
    private const string HeadName = "head";

    /// <summary>
    /// Stages whose weights stay as they are; none by default. Their batch norms keep their statistics and normalise by them, as when the model scores, and
    /// their dropout is off. Where these are the first ones, a step needs neither a backward pass through them nor memory for it.
    /// </summary>
    /// <exception cref="ArgumentException">Null, or a name that stands there twice.</exception>
    public IReadOnlyList<string> FrozenStages { get; init => field = Distinct(value, name => name, nameof(FrozenStages)); } = ValueList.Create<string>([]);

    /// <summary>Stages that learn faster or slower than by <see cref="LogitNormTrainer.Options.LearningRate"/>; by default none does.</summary>
    /// <exception cref="ArgumentException">Null, or a stage that stands there twice.</exception>
    public IReadOnlyList<StageLearningRate> StageLearningRates
    {
        get;
        init => field = Distinct(value, rate => rate.Stage, nameof(StageLearningRates));
    } = ValueList.Create<StageLearningRate>([]);

    /// <summary>
    /// Whether the batch norms of all stages keep their statistics, factors and offsets, and normalise by them; no by default. For batches of a few images,
    /// whose own statistics are poor.
    /// </summary>
    public bool FreezeBatchNorms { get; init; }

    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);

    /// <summary>Checks that a training's options go together.</summary>
    /// <exception cref="ArgumentException">A stage is none of the backbone's; or something is frozen that nobody has trained.</exception>
    internal static void Check(LogitNormTrainer.Options options)
    {
        if (options.FineTuning is not { } tuning)
            return;
        var stages = options.Backbone.StageNames;
        foreach (var stage in tuning.FrozenStages.Where(stage => !stages.Contains(stage)))
            throw Unknown(nameof(FrozenStages), stage, stage == HeadName ? " The head always learns." : "");
        foreach (var (stage, _) in tuning.StageLearningRates.Where(rate => rate.Stage != HeadName && !stages.Contains(rate.Stage)))
            throw Unknown(nameof(StageLearningRates), stage, $" '{HeadName}' is what comes behind them.");
        if (tuning.StageLearningRates.FirstOrDefault(rate => tuning.FrozenStages.Contains(rate.Stage)) is { Stage: var both })
            throw new ArgumentException($"FineTuning has '{both}' in FrozenStages and in StageLearningRates. Leave it out of one of them.", nameof(options));
        if (options.InitialWeights is null && (tuning.FrozenStages.Count > 0 || tuning.FreezeBatchNorms))
            throw new ArgumentException(
                "FineTuning freezes parts of a network that nobody has trained, as InitialWeights is null. Give InitialWeights, or freeze nothing.",
                nameof(options));

        ArgumentException Unknown(string list, string stage, string remark) => new(
            $"FineTuning.{list} has '{stage}', which is no stage of {options.Backbone}. "
            + $"{(stages.Count == 0 ? "It has none." : $"Its stages are {string.Join(", ", stages)}.")}{remark}",
            nameof(options));
    }

    /// <summary>Freezes what is to be frozen of a network.</summary>
    internal void FreezeIn(ClassifierNetwork network)
    {
        var graph = network.Embedding.Graph;
        network.Embedding.Freeze(node => (FreezeBatchNorms && graph.Nodes[node] is NetworkNode.BatchNorm)
            || (graph.Stages.Count > 0 && FrozenStages.Contains(graph.Stages[graph.StageOf(node)].Name)));
    }

    /// <summary>Parameters by how fast they learn, without those that do not; in their order.</summary>
    /// <param name="network">Whose parameters they are.</param>
    /// <param name="parameters">Those with the same weight decay.</param>
    /// <param name="weightDecay">See <see cref="GradientDescent.Group"/>.</param>
    internal IEnumerable<GradientDescent.Group> Groups(ClassifierNetwork network, IEnumerable<Parameter> parameters, double weightDecay)
    {
        var stages = network.Embedding.ParametersByStage()
            .SelectMany(stage => stage.Parameters.Select(parameter => (parameter.Handle, stage.Stage)))
            .ToDictionary(entry => entry.Handle, entry => entry.Stage);
        return parameters.Where(parameter => parameter.requires_grad)
            .GroupBy(parameter => FactorOf(stages.GetValueOrDefault(parameter.Handle, HeadName)))
            .Select(group => new GradientDescent.Group([.. group], weightDecay, group.Key));
    }

    private double FactorOf(string stage) => StageLearningRates.FirstOrDefault(rate => rate.Stage == stage)?.Factor ?? 1;

    private static ValueList<T> Distinct<T>(IReadOnlyList<T> values, Func<T, string> nameOf, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.GroupBy(nameOf).FirstOrDefault(group => group.Count() > 1) is { Key: var twice })
            throw new ArgumentException($"'{twice}' is listed more than once.", name);
        return ValueList.Of(values);
    }
}
