using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Our optimizer against TorchSharp's.</summary>
[TestFixture]
public sealed class GradientDescentTests
{
    private const int Steps = 5;

    [TestCase(0.9, true, 5e-4)]
    [TestCase(0.9, false, 5e-4)]
    [TestCase(0.5, true, 0)]
    [TestCase(0, false, 0.1)]
    [TestCase(0, true, 0.1)]
    public void Step_LikeTorchSharps_GivesTheSameBits(double momentum, bool nesterov, double decay)
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = (Draw(), Draw());
        using var descent = new GradientDescent([new(ours[..1], decay), new(ours[1..], 0)], 0.1, momentum, nesterov);
        using var reference = optim.SGD(
            [new SGD.ParamGroup(theirs[..1], new SGD.Options { weight_decay = decay }), new SGD.ParamGroup(theirs[1..], new SGD.Options { weight_decay = 0 })],
            0.1, momentum, nesterov: nesterov && momentum > 0);
        for (var step = 1; step <= Steps; step++)
        {
            descent.LearningRate = 0.1 / step;
            foreach (var group in reference.ParamGroups)
                group.LearningRate = 0.1 / step;
            StepBoth(descent, reference, ours, theirs, step);
        }
    }

    [Test]
    public void Step_GroupsWithRatesOfTheirOwn_GivesTorchSharpsBits()
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = (Draw(), Draw());
        using var descent = new GradientDescent([new(ours[..1], 0.1, 0.25), new(ours[1..2], 0.1), new(ours[2..], 0, 3)], 0.1, 0.9, nesterov: true);
        using var reference = optim.SGD(
            [.. new[] { 0.25, 1, 3 }.Select((factor, i) => new SGD.ParamGroup(
                theirs[i..(i + 1)], new SGD.Options { weight_decay = i == 2 ? 0 : 0.1, LearningRate = 0.1 * factor, momentum = 0.9, nesterov = true }))],
            0.1, 0.9, nesterov: true);
        for (var step = 1; step <= Steps; step++)
            StepBoth(descent, reference, ours, theirs, step);
    }

    [Test]
    public void Step_WithoutAGradient_LeavesTheParameter()
    {
        using var scope = NewDisposeScope();
        var parameters = Draw();
        var before = Values(parameters[1..]);
        using var descent = new GradientDescent([new(parameters, 0.1)], 0.1, 0.9, nesterov: true);
        parameters[0].sum().backward();
        descent.Step();
        Assert.That(Values(parameters[1..]), Is.EqualTo(before));
        Assert.That(descent.Momenta.Select(momentum => momentum is null), Is.EqualTo(new[] { false, true, true }));
    }

    [Test]
    public void Step_ManyTimes_KeepsNoTensors()
    {
        using var scope = NewDisposeScope();
        var parameters = Draw();
        using var descent = new GradientDescent([new(parameters, 0.1)], 0.01, 0.9, nesterov: true);
        Step();
        var tensors = Tensor.TotalCount;
        for (var i = 0; i < 20; i++)
            Step();
        Assert.That(Tensor.TotalCount, Is.EqualTo(tensors));

        void Step()
        {
            using var step = NewDisposeScope();
            descent.ClearGradients();
            Loss(parameters).backward();
            descent.Step();
        }
    }

    private static void StepBoth(GradientDescent descent, SGD reference, Parameter[] ours, Parameter[] theirs, int step)
    {
        descent.ClearGradients();
        reference.zero_grad();
        Loss(ours).backward();
        Loss(theirs).backward();
        descent.Step();
        reference.step();
        Assert.That(Values(ours), Is.EqualTo(Values(theirs)), $"step {step}");
    }

    private static Parameter[] Draw()
    {
        using var generator = new Generator(1);
        return [.. Enumerable.Range(2, 3).Select(size => nn.Parameter(randn([size, 3], generator: generator)))];
    }

    private static Tensor Loss(Parameter[] parameters) => cat([.. parameters]).exp().sum();

    private static float[][] Values(Parameter[] parameters) => [.. parameters.Select(parameter => parameter.detach().data<float>().ToArray())];
}
