using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Densely connected network with bottlenecks: three stages of (depth − 4) / 6 layers that each append <paramref name="Growth"/> features.</summary>
/// <remarks>
/// DenseNet-BC: 1×1 convolutions to 4 · growth features before each 3×3 one, and transitions that halve the features and the image's sides.
/// Huang et al., "Densely Connected Convolutional Networks", CVPR 2017, arXiv 1608.06993.
/// </remarks>
internal sealed record DenseNetBackbone(int Depth, int Growth, double Dropout) : Backbone
{
    public int Depth { get; } = BackboneArgument.Depth(Depth, "DenseNet");

    public int Growth { get; } = BackboneArgument.Factor(Growth, "growth");

    public double Dropout { get; } = BackboneArgument.Dropout(Dropout);

    internal override int EmbeddingSize => AfterStage(AfterStage(AfterStage(StemFilters) / 2) / 2);

    internal override int MinimumImageSize => 4;

    private int StemFilters => 2 * Growth;

    private int LayersPerStage => (Depth - 4) / 6;

    public override string ToString()
        => Dropout == 0 ? $"DenseNet({Depth}, {Growth})" : string.Create(CultureInfo.InvariantCulture, $"DenseNet({Depth}, {Growth}, {Dropout})");

    private int AfterStage(int input) => input + LayersPerStage * Growth;

    private protected override EmbeddingModule CreateEmbedding(int channels, Device device, NetworkRandom? random) => new Embedding(this, channels, device, random);

    private sealed class Embedding : EmbeddingModule
    {
        private readonly ConvolutionLayer conv1;
        private readonly Sequential block1;
        private readonly Transition transition1;
        private readonly Sequential block2;
        private readonly Transition transition2;
        private readonly Sequential block3;
        private readonly BatchNormLayer bn;

        public Embedding(DenseNetBackbone backbone, int channels, Device device, NetworkRandom? random)
            : base(nameof(DenseNet))
        {
            var width = backbone.StemFilters;
            conv1 = new(channels, width, kernel: 3, device);
            block1 = Stage();
            transition1 = Halve();
            block2 = Stage();
            transition2 = Halve();
            block3 = Stage();
            bn = new(width, device);
            RegisterComponents();

            Sequential Stage()
            {
                var input = width;
                width = backbone.AfterStage(input);
                return Sequential(
                    Enumerable.Range(0, backbone.LayersPerStage).Select(i => new Layer(input + i * backbone.Growth, backbone.Growth, new(backbone.Dropout, random), device)));
            }

            Transition Halve()
            {
                var input = width;
                width = input / 2;
                return new(input, width, new(backbone.Dropout, random), device);
            }
        }

        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            var early = transition1.call(block1.call(conv1.call(images)));
            var maps = block3.call(transition2.call(block2.call(early)));   // [B, D, H/4, W/4]
            return bn.call(maps).relu_().mean([2, 3]).MoveToOuterDisposeScope();
        }

        public override Func<Tensor, Tensor> Fold(Folding folding)
        {
            var stem = folding.Convolution(conv1);
            Func<Tensor, Tensor>[] steps = [.. Stage(block1), transition1.Fold(folding), .. Stage(block2), transition2.Fold(folding), .. Stage(block3), folding.NormRelu(bn)];
            return images =>
            {
                using var scope = NewDisposeScope();
                return Folding.Chain(stem.Of(images), steps).mean([2, 3]).MoveToOuterDisposeScope();
            };

            IEnumerable<Func<Tensor, Tensor>> Stage(Sequential layers) => layers.children().Cast<Layer>().Select(layer => layer.Fold(folding));
        }
    }

    private sealed class Layer : Module<Tensor, Tensor>
    {
        private const int BottleneckFactor = 4;

        private readonly BatchNormLayer bn1;
        private readonly ConvolutionLayer conv1;
        private readonly BatchNormLayer bn2;
        private readonly ConvolutionLayer conv2;
        private readonly DropoutLayer dropout;

        public Layer(int input, int growth, DropoutLayer dropout, Device device)
            : base(nameof(Layer))
        {
            bn1 = new(input, device);
            conv1 = new(input, BottleneckFactor * growth, kernel: 1, device);
            bn2 = new(BottleneckFactor * growth, device);
            conv2 = new(BottleneckFactor * growth, growth, kernel: 3, device);
            this.dropout = dropout;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var bottleneck = dropout.call(conv1.call(bn1.call(input).relu_()));
            var added = dropout.call(conv2.call(bn2.call(bottleneck).relu_()));
            return cat([input, added], 1).MoveToOuterDisposeScope();
        }

        // The first batch norm stays: its input is many layers' output, each of which has a batch norm of its own for it.
        public Func<Tensor, Tensor> Fold(Folding folding)
        {
            var activate = folding.NormRelu(bn1);
            var bottleneck = folding.Convolution(conv1, bn2, relu: true);
            var add = folding.Convolution(conv2);
            return input =>
            {
                using var scope = NewDisposeScope();
                return cat([input, add.Of(bottleneck.Of(activate(input)))], 1).MoveToOuterDisposeScope();
            };
        }
    }

    private sealed class Transition : Module<Tensor, Tensor>
    {
        private readonly BatchNormLayer bn;
        private readonly ConvolutionLayer conv;
        private readonly DropoutLayer dropout;

        public Transition(int input, int filters, DropoutLayer dropout, Device device)
            : base(nameof(Transition))
        {
            bn = new(input, device);
            conv = new(input, filters, kernel: 1, device);
            this.dropout = dropout;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var mixed = dropout.call(conv.call(bn.call(input).relu_()));
            return functional.avg_pool2d(mixed, 2).MoveToOuterDisposeScope();
        }

        // Averaged first: a 1×1 convolution of averages is the average of the convolutions, at a quarter of their cost.
        public Func<Tensor, Tensor> Fold(Folding folding)
        {
            var activate = folding.NormRelu(bn);
            var mix = folding.Convolution(conv);
            return input =>
            {
                using var scope = NewDisposeScope();
                return mix.Of(functional.avg_pool2d(activate(input), 2)).MoveToOuterDisposeScope();
            };
        }
    }
}
