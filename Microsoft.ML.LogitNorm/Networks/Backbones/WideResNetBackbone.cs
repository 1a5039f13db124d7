using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Wide residual network with pre-activation blocks: three stages of (depth − 4) / 6 blocks with 16, 32 and 64 times <paramref name="Widen"/> filters.</summary>
/// <remarks>Zagoruyko and Komodakis, "Wide Residual Networks", BMVC 2016, arXiv 1605.07146.</remarks>
internal sealed record WideResNetBackbone(int Depth, int Widen, double Dropout) : Backbone
{
    public int Depth { get; } = BackboneArgument.Depth(Depth, "WideResNet");

    public int Widen { get; } = BackboneArgument.Factor(Widen, "widen");

    public double Dropout { get; } = BackboneArgument.Dropout(Dropout);

    internal override int EmbeddingSize => 64 * Widen;

    internal override int MinimumImageSize => 4;

    public override string ToString()
        => Dropout == 0.3 ? $"WideResNet({Depth}, {Widen})" : string.Create(CultureInfo.InvariantCulture, $"WideResNet({Depth}, {Widen}, {Dropout})");

    private protected override EmbeddingModule CreateEmbedding(int channels, Device device, NetworkRandom? random) => new Embedding(this, channels, device, random);

    private sealed class Embedding : EmbeddingModule
    {
        private const int StemFilters = 16;

        private readonly ConvolutionLayer conv1;
        private readonly Sequential block1, block2, block3;
        private readonly BatchNormLayer bn1;

        public Embedding(WideResNetBackbone backbone, int channels, Device device, NetworkRandom? random)
            : base(nameof(WideResNet))
        {
            conv1 = new(channels, StemFilters, kernel: 3, device);
            block1 = Stage(StemFilters, 16 * backbone.Widen, stride: 1);
            block2 = Stage(16 * backbone.Widen, 32 * backbone.Widen, stride: 2);
            block3 = Stage(32 * backbone.Widen, 64 * backbone.Widen, stride: 2);
            bn1 = new(backbone.EmbeddingSize, device);
            RegisterComponents();

            Sequential Stage(int input, int filters, int stride) => Sequential(
                Enumerable.Range(0, (backbone.Depth - 4) / 6)
                    .Select(i => new Block(i == 0 ? input : filters, filters, i == 0 ? stride : 1, new DropoutLayer(backbone.Dropout, random), device)));
        }

        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            var maps = block3.call(block2.call(block1.call(conv1.call(images))));   // [B, D, H/4, W/4]
            return bn1.call(maps).relu_().mean([2, 3]).MoveToOuterDisposeScope();
        }

        public override Func<Tensor, Tensor> Fold(Folding folding)
        {
            var stem = folding.Convolution(conv1);
            var blocks = new[] { block1, block2, block3 }.SelectMany(stage => stage.children()).Cast<Block>().Select(block => block.Fold(folding)).ToArray();
            var last = folding.NormRelu(bn1);
            return images =>
            {
                using var scope = NewDisposeScope();
                return last(Folding.Chain(stem.Of(images), blocks)).mean([2, 3]).MoveToOuterDisposeScope();
            };
        }
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly BatchNormLayer bn1;
        private readonly ConvolutionLayer conv1;
        private readonly BatchNormLayer bn2;
        private readonly ConvolutionLayer conv2;
        private readonly ConvolutionLayer? convShortcut;
        private readonly DropoutLayer dropout;

        public Block(int input, int filters, int stride, DropoutLayer dropout, Device device)
            : base(nameof(Block))
        {
            bn1 = new(input, device);
            conv1 = new(input, filters, kernel: 3, device, stride);
            bn2 = new(filters, device);
            conv2 = new(filters, filters, kernel: 3, device);
            convShortcut = input == filters ? null : new ConvolutionLayer(input, filters, kernel: 1, device, stride);
            this.dropout = dropout;
            RegisterComponents();
        }

        // In-place steps only where no backward pass needs the value that is overwritten.
        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var activated = bn1.call(input).relu_();
            var hidden = dropout.call(bn2.call(conv1.call(activated)).relu_());
            // A projecting shortcut starts at the activated input, the identity at the input itself.
            var shortcut = convShortcut is null ? input : convShortcut.call(activated);
            return conv2.call(hidden).AddInPlace(shortcut).MoveToOuterDisposeScope();
        }

        // The first batch norm stays: the block's input goes past it as well.
        public Func<Tensor, Tensor> Fold(Folding folding)
        {
            var activate = folding.NormRelu(bn1);
            var first = folding.Convolution(conv1, bn2, relu: true);
            var second = folding.Convolution(conv2);
            var projection = convShortcut is null ? null : folding.Convolution(convShortcut);
            return input =>
            {
                using var scope = NewDisposeScope();
                var activated = activate(input);
                var hidden = first.Of(activated);
                return projection is null ? second.AddTo(input, hidden) : second.AddTo(projection.Of(activated), hidden).MoveToOuterDisposeScope();
            };
        }
    }
}
