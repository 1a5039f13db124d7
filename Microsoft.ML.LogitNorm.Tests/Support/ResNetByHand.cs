namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>
/// torchvision's ResNet-18 and -50 with weights of its own, written from the paper's and torchvision's description in plain double arithmetic: it shares
/// nothing with the library, neither layers nor libtorch.
/// </summary>
internal sealed class ResNetByHand
{
    private const double Epsilon = 1e-5;

    private readonly Random _random;
    private readonly bool _hasBottlenecks;
    private readonly int[] _blocks;
    private readonly Func<float, float> _round;
    private readonly Dictionary<string, Weight> _weights = [];

    /// <param name="depth">18 or 50.</param>
    /// <param name="seed">Of the weights.</param>
    /// <param name="round">Rounds each weight, to those that another type of numbers has; null for none.</param>
    public ResNetByHand(int depth, int seed, Func<float, float>? round = null)
    {
        (_random, _hasBottlenecks, _blocks, _round) = (new(seed), depth == 50, depth == 50 ? [3, 4, 6, 3] : [2, 2, 2, 2], round ?? (value => value));
        Draw();
    }

    /// <summary>A tensor as a file has it.</summary>
    public sealed record Weight(int[] Shape, float[] Values);

    /// <summary>All tensors, in torchvision's names and order, those of its classifier of 1000 classes among them.</summary>
    public IReadOnlyDictionary<string, Weight> Weights => _weights;

    /// <summary>An image [3][H · W] to the averages of the last feature maps.</summary>
    public double[] Embed(double[][] image, int side)
    {
        var maps = new Maps(image, side);
        maps = ReLU(Norm("bn1", Convolve("conv1", maps, stride: 2)));
        maps = Pool(maps);
        for (var stage = 0; stage < 4; stage++)
            for (var i = 0; i < _blocks[stage]; i++)
                maps = Block($"layer{stage + 1}.{i}", maps, stride: i == 0 && stage > 0 ? 2 : 1);
        return [.. maps.Channels.Select(channel => channel.Average())];
    }

    private Maps Block(string path, Maps maps, int stride)
    {
        Maps residual;
        if (_hasBottlenecks)
        {
            residual = ReLU(Norm($"{path}.bn1", Convolve($"{path}.conv1", maps, 1)));
            residual = ReLU(Norm($"{path}.bn2", Convolve($"{path}.conv2", residual, stride)));
            residual = Norm($"{path}.bn3", Convolve($"{path}.conv3", residual, 1));
        }
        else
        {
            residual = ReLU(Norm($"{path}.bn1", Convolve($"{path}.conv1", maps, stride)));
            residual = Norm($"{path}.bn2", Convolve($"{path}.conv2", residual, 1));
        }
        var shortcut = _weights.ContainsKey($"{path}.downsample.0.weight")
            ? Norm($"{path}.downsample.1", Convolve($"{path}.downsample.0", maps, stride))
            : maps;
        return ReLU(new([.. residual.Channels.Zip(shortcut.Channels, (a, b) => a.Zip(b, (x, y) => x + y).ToArray())], residual.Side));
    }

    private Maps Convolve(string path, Maps maps, int stride)
    {
        var (shape, values) = _weights[$"{path}.weight"];
        var (filters, channels, kernel) = (shape[0], shape[1], shape[2]);
        var (pad, side) = (kernel / 2, ((maps.Side - 1) / stride) + 1);
        var output = new double[filters][];
        Parallel.For(0, filters, filter =>
        {
            var sum = new double[side * side];
            for (var channel = 0; channel < channels; channel++)
                for (var ky = 0; ky < kernel; ky++)
                    for (var kx = 0; kx < kernel; kx++)
                    {
                        double weight = values[(((filter * channels) + channel) * kernel * kernel) + (ky * kernel) + kx];
                        for (var y = 0; y < side; y++)
                        {
                            if ((y * stride) + ky - pad is var row && (row < 0 || row >= maps.Side))
                                continue;
                            for (var x = 0; x < side; x++)
                                if ((x * stride) + kx - pad is var column && column >= 0 && column < maps.Side)
                                    sum[(y * side) + x] += weight * maps.Channels[channel][(row * maps.Side) + column];
                        }
                    }
            output[filter] = sum;
        });
        return new(output, side);
    }

    private Maps Norm(string path, Maps maps)
    {
        var (factor, offset) = (_weights[$"{path}.weight"].Values, _weights[$"{path}.bias"].Values);
        var (mean, variance) = (_weights[$"{path}.running_mean"].Values, _weights[$"{path}.running_var"].Values);
        return maps with { Channels = [.. maps.Channels.Select((channel, i) => channel.Select(x => Normalized(x, i)).ToArray())] };

        double Normalized(double x, int i) => ((x - mean[i]) / Math.Sqrt(variance[i] + Epsilon) * factor[i]) + offset[i];
    }

    private static Maps ReLU(Maps maps) => maps with { Channels = [.. maps.Channels.Select(channel => channel.Select(x => Math.Max(x, 0)).ToArray())] };

    // 3×3, stride 2, padding 1: what is beyond the border never is the maximum.
    private static Maps Pool(Maps maps)
    {
        var side = ((maps.Side - 1) / 2) + 1;
        var pixels = Enumerable.Range(0, side * side);
        return new([.. maps.Channels.Select(channel => pixels.Select(i => Maximum(channel, i / side * 2, i % side * 2)).ToArray())], side);

        double Maximum(double[] channel, int y, int x)
        {
            var maximum = double.NegativeInfinity;
            for (var row = Math.Max(y - 1, 0); row <= Math.Min(y + 1, maps.Side - 1); row++)
                for (var column = Math.Max(x - 1, 0); column <= Math.Min(x + 1, maps.Side - 1); column++)
                    maximum = Math.Max(maximum, channel[(row * maps.Side) + column]);
            return maximum;
        }
    }

    private void Draw()
    {
        DrawConvolution("conv1", 64, 3, 7);
        DrawNorm("bn1", 64);
        var channels = 64;
        for (var stage = 0; stage < 4; stage++)
        {
            var filters = 64 << stage;
            var outputs = _hasBottlenecks ? 4 * filters : filters;
            for (var i = 0; i < _blocks[stage]; i++, channels = outputs)
                DrawBlock($"layer{stage + 1}.{i}", channels, filters, outputs);
        }
        Add("fc.weight", [1000, channels], -0.1, 0.1);
        Add("fc.bias", [1000], -0.1, 0.1);
    }

    private void DrawBlock(string path, int channels, int filters, int outputs)
    {
        (int Filters, int Channels, int Kernel)[] convolutions = _hasBottlenecks
            ? [(filters, channels, 1), (filters, filters, 3), (outputs, filters, 1)]
            : [(filters, channels, 3), (filters, filters, 3)];
        foreach (var (i, (count, inputs, kernel)) in convolutions.Index())
        {
            DrawConvolution($"{path}.conv{i + 1}", count, inputs, kernel);
            DrawNorm($"{path}.bn{i + 1}", count);
        }
        // The first block of a stage changes the size or the number of channels, but for that of ResNet-18's first stage.
        if (!path.EndsWith(".0", StringComparison.Ordinal) || channels == outputs)
            return;
        DrawConvolution($"{path}.downsample.0", outputs, channels, 1);
        DrawNorm($"{path}.downsample.1", outputs);
    }

    private void DrawConvolution(string path, int filters, int channels, int kernel)
    {
        var bound = Math.Sqrt(3.0 / (channels * kernel * kernel));
        Add($"{path}.weight", [filters, channels, kernel, kernel], -bound, bound);
    }

    private void DrawNorm(string path, int features)
    {
        Add($"{path}.weight", [features], 0.5, 1.5);
        Add($"{path}.bias", [features], -0.3, 0.3);
        Add($"{path}.running_mean", [features], -0.3, 0.3);
        Add($"{path}.running_var", [features], 0.5, 2);
    }

    private void Add(string name, int[] shape, double low, double high)
    {
        var values = new float[shape.Aggregate((a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
            values[i] = _round((float)(low + (_random.NextDouble() * (high - low))));
        _weights.Add(name, new(shape, values));
    }

    private sealed record Maps(double[][] Channels, int Side);
}
