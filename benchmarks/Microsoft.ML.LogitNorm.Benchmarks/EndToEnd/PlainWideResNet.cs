using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>WideResNet as a straightforward translation from PyTorch has it: channels first in memory, each step into new memory, nothing folded.</summary>
internal sealed class PlainWideResNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly Sequential blocks;
    private readonly BatchNorm2d bn1;
    private readonly Linear head;

    public PlainWideResNet(int depth, int widen, int classes, double dropout = 0.3)
        : base(nameof(PlainWideResNet))
    {
        conv1 = Conv2d(3, 16, 3, padding: 1, bias: false);
        var layers = new List<Module<Tensor, Tensor>>();
        var input = 16;
        for (var stage = 0; stage < 3; stage++)
            for (var i = 0; i < (depth - 4) / 6; i++)
            {
                var filters = (16 << stage) * widen;
                layers.Add(new Block(input, filters, stage > 0 && i == 0 ? 2 : 1, dropout));
                input = filters;
            }
        blocks = Sequential(layers);
        bn1 = BatchNorm2d(input);
        head = Linear(input, classes);
        RegisterComponents();
    }

    /// <summary>Images [B, 3, H, W] to logits [B, C].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return head.call(bn1.call(blocks.call(conv1.call(images))).relu().mean([2, 3])).MoveToOuterDisposeScope();
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d bn1, bn2;
        private readonly Conv2d conv1, conv2;
        private readonly Conv2d? convShortcut;
        private readonly Dropout drop;

        public Block(int input, int filters, int stride, double dropout)
            : base(nameof(Block))
        {
            bn1 = BatchNorm2d(input);
            conv1 = Conv2d(input, filters, 3, stride, padding: 1, bias: false);
            bn2 = BatchNorm2d(filters);
            drop = Dropout(dropout);
            conv2 = Conv2d(filters, filters, 3, padding: 1, bias: false);
            convShortcut = input == filters ? null : Conv2d(input, filters, 1, stride, bias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var activated = bn1.call(input).relu();
            var hidden = drop.call(bn2.call(conv1.call(activated)).relu());
            return (conv2.call(hidden) + (convShortcut is null ? input : convShortcut.call(activated))).MoveToOuterDisposeScope();
        }
    }
}
