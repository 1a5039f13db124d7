using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>One operation of a <see cref="NetworkGraph"/>. Its inputs are the numbers of earlier nodes.</summary>
internal abstract record NetworkNode
{
    private NetworkNode()
    {
    }

    /// <summary>The nodes whose outputs it takes.</summary>
    public abstract IReadOnlyList<int> Inputs { get; }

    /// <summary>The path of the layer that holds its weights, such as <c>block1.0.conv1</c>; null for an operation without weights.</summary>
    public virtual string? Layer => null;

    /// <summary>What it gives.</summary>
    /// <param name="inputs">What its inputs give.</param>
    /// <exception cref="ArgumentException">It cannot take them.</exception>
    public abstract NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs);

    /// <summary>The same operation on other nodes.</summary>
    /// <param name="renumbered">The new number of each input.</param>
    public abstract NetworkNode On(Func<int, int> renumbered);

    /// <summary>The operation, and its layer if it has one, for messages.</summary>
    public sealed override string ToString() => Layer is null ? GetType().Name : $"{GetType().Name} '{Layer}'";

    private static NodeShape FeatureMaps(NodeShape input, string operation)
        => input.IsVector ? throw new ArgumentException($"{operation} takes feature maps, and gets {input}.") : input;

    private static int AtLeastOne(int value, string what) => value >= 1 ? value : throw new ArgumentException($"{what} must be at least 1, and is {value}.");

    /// <summary>What the network takes: normalised images [B, channels, H, W], or standardised feature vectors [B, D].</summary>
    public sealed record Input(NodeShape Shape) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [];

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs)
        {
            AtLeastOne(Shape.Channels, "The number of channels or features of the input");
            return Shape;
        }

        public override NetworkNode On(Func<int, int> renumbered) => this;
    }

    /// <summary>A square convolution without bias, padded so that stride 1 keeps the sides.</summary>
    public sealed record Convolution(string Name, int Source, int Filters, int Kernel, int Stride) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Source];

        public override string Layer => Name;

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs)
        {
            if (Kernel < 1 || Kernel % 2 == 0)
                throw new ArgumentException($"The kernel of a convolution must be an odd number of pixels, and is {Kernel}.");
            return FeatureMaps(inputs[0], "A convolution").Smaller(AtLeastOne(Stride, "The stride of a convolution"), roundsUp: true) with
            {
                Channels = AtLeastOne(Filters, "The number of filters"),
            };
        }

        public override NetworkNode On(Func<int, int> renumbered) => this with { Source = renumbered(Source) };
    }

    /// <summary>A linear layer, W z + b.</summary>
    public sealed record Linear(string Name, int Source, int Features) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Source];

        public override string Layer => Name;

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs)
            => inputs[0].IsVector
                ? NodeShape.Vector(AtLeastOne(Features, "The number of features"))
                : throw new ArgumentException($"A linear layer takes a vector, and gets {inputs[0]}.");

        public override NetworkNode On(Func<int, int> renumbered) => this with { Source = renumbered(Source) };
    }

    /// <summary>Batch normalisation of each channel.</summary>
    public sealed record BatchNorm(string Name, int Source) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Source];

        public override string Layer => Name;

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs) => inputs[0];

        public override NetworkNode On(Func<int, int> renumbered) => this with { Source = renumbered(Source) };
    }

    /// <summary>max(0, x).</summary>
    public sealed record ReLU(int Source) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Source];

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs) => inputs[0];

        public override NetworkNode On(Func<int, int> renumbered) => this with { Source = renumbered(Source) };
    }

    /// <summary>Dropout of a share of the features while the network trains.</summary>
    public sealed record Dropout(int Source, double Share) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Source];

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs)
            => Share is >= 0 and < 1
                ? inputs[0]
                : throw new ArgumentException(FormattableString.Invariant($"The share that dropout drops must be at least 0 and below 1, and is {Share}."));

        public override NetworkNode On(Func<int, int> renumbered) => this with { Source = renumbered(Source) };
    }

    /// <summary>The sum of two of the same shape.</summary>
    public sealed record Add(int Left, int Right) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Left, Right];

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs)
            => inputs[0] == inputs[1] ? inputs[0] : throw new ArgumentException($"A sum takes two of the same shape, and gets {inputs[0]} and {inputs[1]}.");

        public override NetworkNode On(Func<int, int> renumbered) => new Add(renumbered(Left), renumbered(Right));
    }

    /// <summary>The channels of one behind those of the other.</summary>
    public sealed record Concatenate(int First, int Second) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [First, Second];

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs) => (inputs[0].Reduction, inputs[0].Steps) == (inputs[1].Reduction, inputs[1].Steps)
            ? inputs[0] with { Channels = inputs[0].Channels + inputs[1].Channels }
            : throw new ArgumentException($"What is concatenated must have the same sides: {inputs[0]} and {inputs[1]} have not.");

        public override NetworkNode On(Func<int, int> renumbered) => new Concatenate(renumbered(First), renumbered(Second));
    }

    /// <summary>Averages of squares that do not overlap.</summary>
    public sealed record AveragePool(int Source, int Size) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Source];

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs)
            => FeatureMaps(inputs[0], "An average pool").Smaller(AtLeastOne(Size, "The size of an average pool"), roundsUp: false);

        public override NetworkNode On(Func<int, int> renumbered) => this with { Source = renumbered(Source) };
    }

    /// <summary>
    /// Maxima of squares with an odd number of pixels a side, padded so that stride 1 keeps the sides; without padding where the size is even.
    /// </summary>
    public sealed record MaxPool(int Source, int Size, int Stride) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Source];

        /// <summary>Pixels of padding on all sides.</summary>
        public int Padding => Size % 2 == 0 ? 0 : Size / 2;

        /// <summary>The pool of feature maps [B, C, H, W].</summary>
        public Tensor Of(Tensor maps) => functional.max_pool2d(maps, [Size, Size], [Stride, Stride], [Padding, Padding]);

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs)
        {
            AtLeastOne(Size, "The size of a max pool");
            if (Size % 2 == 0 && Size != Stride)
                throw new ArgumentException($"A max pool of an even size, which has no padding, has that stride: {Size}, not {Stride}.");
            return FeatureMaps(inputs[0], "A max pool").Smaller(AtLeastOne(Stride, "The stride of a max pool"), roundsUp: Size % 2 == 1);
        }

        public override NetworkNode On(Func<int, int> renumbered) => this with { Source = renumbered(Source) };
    }

    /// <summary>The average of each feature map: a vector.</summary>
    public sealed record GlobalAverage(int Source) : NetworkNode
    {
        public override IReadOnlyList<int> Inputs => [Source];

        public override NodeShape ShapeOf(IReadOnlyList<NodeShape> inputs) => NodeShape.Vector(FeatureMaps(inputs[0], "A global average").Channels);

        public override NetworkNode On(Func<int, int> renumbered) => this with { Source = renumbered(Source) };
    }
}
