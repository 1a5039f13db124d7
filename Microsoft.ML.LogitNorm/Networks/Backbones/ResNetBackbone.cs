using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Residual network with basic blocks: four stages of 64, 128, 256 and 512 filters after a 3×3 stem.</summary>
/// <remarks>He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385; stem of stride 1 without pooling, for small images.</remarks>
internal sealed record ResNetBackbone(int Depth) : Backbone
{
    private const int StemFilters = 64;

    public int Depth { get; } = Depth is 18 or 34
        ? Depth
        : throw new ArgumentOutOfRangeException(nameof(Depth), Depth, "ResNet comes with 18 or 34 layers.");

    internal override int EmbeddingSize => 512;

    internal override int MinimumImageSize => 8;

    private int[] BlocksPerStage => Depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3];

    public override string ToString() => $"ResNet{Depth}()";

    private protected override EmbeddingModule CreateEmbedding(int channels, Device device, NetworkRandom? random) => new Embedding(BlocksPerStage, channels, device);

    private sealed class Embedding : EmbeddingModule
    {
        private readonly ConvolutionLayer conv1;
        private readonly BatchNormLayer bn1;
        private readonly Sequential layer1, layer2, layer3, layer4;

        public Embedding(int[] blocks, int channels, Device device)
            : base("ResNet")
        {
            conv1 = new(channels, StemFilters, kernel: 3, device);
            bn1 = new(StemFilters, device);
            layer1 = Stage(StemFilters, 64, blocks[0], stride: 1);
            layer2 = Stage(64, 128, blocks[1], stride: 2);
            layer3 = Stage(128, 256, blocks[2], stride: 2);
            layer4 = Stage(256, 512, blocks[3], stride: 2);
            RegisterComponents();

            Sequential Stage(int input, int filters, int count, int stride) => Sequential(
                Enumerable.Range(0, count).Select(i => new Block(i == 0 ? input : filters, filters, i == 0 ? stride : 1, device)));
        }

        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            var stem = bn1.call(conv1.call(images)).relu_();
            var maps = layer4.call(layer3.call(layer2.call(layer1.call(stem))));   // [B, 512, H/8, W/8]
            return maps.mean([2, 3]).MoveToOuterDisposeScope();
        }

        public override Func<Tensor, Tensor> Fold(Folding folding)
        {
            var stem = folding.Convolution(conv1, bn1, relu: true);
            var blocks = new[] { layer1, layer2, layer3, layer4 }.SelectMany(stage => stage.children()).Cast<Block>().Select(block => block.Fold(folding)).ToArray();
            return images =>
            {
                using var scope = NewDisposeScope();
                return Folding.Chain(stem.Of(images), blocks).mean([2, 3]).MoveToOuterDisposeScope();
            };
        }
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly ConvolutionLayer conv1;
        private readonly BatchNormLayer bn1;
        private readonly ConvolutionLayer conv2;
        private readonly BatchNormLayer bn2;
        private readonly Sequential? shortcut;

        public Block(int input, int filters, int stride, Device device)
            : base(nameof(Block))
        {
            conv1 = new(input, filters, kernel: 3, device, stride);
            bn1 = new(filters, device);
            conv2 = new(filters, filters, kernel: 3, device);
            bn2 = new(filters, device);
            shortcut = input == filters && stride == 1
                ? null
                : Sequential(new ConvolutionLayer(input, filters, kernel: 1, device, stride), new BatchNormLayer(filters, device));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var hidden = bn1.call(conv1.call(input)).relu_();
            var residual = bn2.call(conv2.call(hidden));
            return residual.AddInPlace(shortcut is null ? input : shortcut.call(input)).relu_().MoveToOuterDisposeScope();
        }

        public Func<Tensor, Tensor> Fold(Folding folding)
        {
            var first = folding.Convolution(conv1, bn1, relu: true);
            var second = folding.Convolution(conv2, bn2, relu: true);
            var projection = shortcut is null ? null : folding.Convolution((ConvolutionLayer)shortcut[0], (BatchNormLayer)shortcut[1]);
            return input =>
            {
                using var scope = NewDisposeScope();
                var hidden = first.Of(input);
                return projection is null ? second.AddTo(input, hidden) : second.AddTo(projection.Of(input), hidden).MoveToOuterDisposeScope();
            };
        }
    }
}
