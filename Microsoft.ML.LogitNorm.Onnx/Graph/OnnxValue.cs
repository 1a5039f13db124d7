using static Onnx.TensorProto.Types;

namespace Microsoft.ML.LogitNorm;

/// <summary>A tensor of an ONNX graph, to write formulas with: each operation adds a node to the graph, or finds the one that is there.</summary>
/// <remarks>
/// Numbers take the type of the tensor beside them. Axes count from 0, the rows' one; operations over axis 1 are those over a row's values. Operators and their
/// semantics: onnx/docs/Operators.md at opset <see cref="OnnxGraph.Opset"/>.
/// </remarks>
internal sealed class OnnxValue
{
    private readonly OnnxGraph _graph;

    internal OnnxValue(OnnxGraph graph, string name, DataType type) => (_graph, Name, Type) = (graph, name, type);

    /// <summary>Its name in the graph.</summary>
    public string Name { get; }

    /// <summary>The type of its elements.</summary>
    public DataType Type { get; }

    public static OnnxValue operator +(OnnxValue left, OnnxValue right) => left.With("Add", right);

    public static OnnxValue operator +(OnnxValue left, double right) => left + left.Number(right);

    public static OnnxValue operator -(OnnxValue left, OnnxValue right) => left.With("Sub", right);

    public static OnnxValue operator -(OnnxValue left, double right) => left - left.Number(right);

    public static OnnxValue operator -(double left, OnnxValue right) => right.Number(left) - right;

    public static OnnxValue operator -(OnnxValue value) => value.Alone("Neg");

    public static OnnxValue operator *(OnnxValue left, OnnxValue right) => left.With("Mul", right);

    public static OnnxValue operator *(OnnxValue left, double right) => left * left.Number(right);

    public static OnnxValue operator /(OnnxValue left, OnnxValue right) => left.With("Div", right);

    public static OnnxValue operator /(OnnxValue left, double right) => left / left.Number(right);

    public OnnxValue Exp() => Alone("Exp");

    public OnnxValue Log() => Alone("Log");

    public OnnxValue Sqrt() => Alone("Sqrt");

    public OnnxValue Abs() => Alone("Abs");

    public OnnxValue Tanh() => Alone("Tanh");

    public OnnxValue Sigmoid() => Alone("Sigmoid");

    public OnnxValue ReLU() => Alone("Relu");

    public OnnxValue Squared() => this * this;

    public OnnxValue ToPower(double exponent) => With("Pow", Number(exponent));

    public OnnxValue AtLeast(double least) => With("Max", Number(least));

    public OnnxValue AtLeast(OnnxValue least) => With("Max", least);

    public OnnxValue AtMost(double most) => With("Min", Number(most));

    public OnnxValue AtMost(OnnxValue most) => With("Min", most);

    /// <summary>Matrix product, [B, N] · [N, M].</summary>
    public OnnxValue MatMul(OnnxValue right) => With("MatMul", right);

    public OnnxValue IsAbove(OnnxValue other) => With("Greater", other, DataType.Bool);

    public OnnxValue IsAtLeast(OnnxValue other) => With("GreaterOrEqual", other, DataType.Bool);

    public OnnxValue IsBelow(OnnxValue other) => With("Less", other, DataType.Bool);

    public OnnxValue IsAtMost(OnnxValue other) => With("LessOrEqual", other, DataType.Bool);

    public OnnxValue Not() => Alone("Not");

    /// <summary>One of two, for each element of this condition.</summary>
    public OnnxValue Choose(OnnxValue yes, OnnxValue no) => _graph.Node("Where", yes.Type, [this, yes, no]);

    /// <summary>The same values in another type.</summary>
    public OnnxValue To(DataType type) => type == Type ? this : _graph.Node("Cast", type, [this], ("to", (long)type));

    /// <summary>Softmax over axis 1.</summary>
    public OnnxValue Softmax() => _graph.Node("Softmax", Type, [this], ("axis", 1L));

    /// <summary>Logarithm of the softmax over axis 1.</summary>
    public OnnxValue LogSoftmax() => _graph.Node("LogSoftmax", Type, [this], ("axis", 1L));

    /// <summary>Sum over axis 1: [B, N] → [B, 1].</summary>
    public OnnxValue Sum() => _graph.Node("ReduceSum", Type, [this, _graph.Integers(1)], ("keepdims", 1L));

    /// <summary>Mean over axis 1: [B, N] → [B, 1].</summary>
    public OnnxValue Mean() => Reduced("ReduceMean");

    /// <summary>Largest of axis 1: [B, N] → [B, 1].</summary>
    public OnnxValue Largest() => Reduced("ReduceMax");

    /// <summary>Least of axis 1: [B, N] → [B, 1].</summary>
    public OnnxValue Least() => Reduced("ReduceMin");

    /// <summary>log Σ exp over axis 1, without overflow: [B, N] → [B, 1].</summary>
    public OnnxValue LogSumExp()
    {
        var largest = Largest();
        return (this - largest).Exp().Sum().Log() + largest;
    }

    /// <summary>Euclidean length over axis 1: [B, N] → [B, 1].</summary>
    public OnnxValue Norm() => Squared().Sum().Sqrt();

    /// <summary>Where the largest of axis 1 is, the first of equals: [B, N] → [B], int64.</summary>
    public OnnxValue ArgMax() => _graph.Node("ArgMax", DataType.Int64, [this], ("axis", 1L), ("keepdims", 0L));

    /// <summary>The k largest of axis 1, the largest first, and where they are: both [B, k].</summary>
    public (OnnxValue Values, OnnxValue Positions) TopK(long k)
    {
        var both = _graph.Nodes("TopK", [Type, DataType.Int64], [this, _graph.Integers(k)], ("axis", 1L), ("largest", 1L), ("sorted", 1L));
        return (both[0], both[1]);
    }

    /// <summary>Rows of this by their numbers [B]: [C, …] → [B, …].</summary>
    public OnnxValue Rows(OnnxValue numbers) => _graph.Node("Gather", Type, [this, numbers], ("axis", 0L));

    /// <summary>Like this, with 0 everywhere but where values are put: values and positions [B, k].</summary>
    public OnnxValue OnlyAt(OnnxValue positions, OnnxValue values)
        => _graph.Node("ScatterElements", Type, [_graph.Zeros(Shape(), Type), positions, values], ("axis", 1L));

    /// <summary>[B] → [B, 1].</summary>
    public OnnxValue AsColumn() => _graph.Node("Reshape", Type, [this, _graph.Integers(-1, 1)]);

    /// <summary>Averages over H×W: [B, C, H, W] → [B, C].</summary>
    public OnnxValue MeanOfMaps() => _graph.Node("Flatten", Type, [_graph.Node("GlobalAveragePool", Type, [this])], ("axis", 1L));

    /// <summary>All values of a row side by side: [B, …] → [B, N].</summary>
    public OnnxValue Flat() => _graph.Node("Flatten", Type, [this], ("axis", 1L));

    /// <summary>This and another side by side along axis 1.</summary>
    public OnnxValue Beside(params ReadOnlySpan<OnnxValue> others) => _graph.Node("Concat", Type, [this, .. others], ("axis", 1L));

    /// <summary>e^x − 1, exact where x is near 0, of x of at most 0. ONNX has no operator for it: 2t / (1 − t), t = tanh(x/2).</summary>
    public OnnxValue Expm1()
    {
        var tanh = (this * 0.5).Tanh();
        return tanh * 2 / (1 - tanh);
    }

    /// <summary>A number of this type.</summary>
    public OnnxValue Number(double value) => _graph.Number(value, Type);

    /// <summary>An operation of the graph on this and others, of the same type.</summary>
    public OnnxValue Operation(string operation, IReadOnlyList<OnnxValue> others, params (string Name, object Value)[] attributes)
        => _graph.Node(operation, Type, [this, .. others], attributes);

    private OnnxValue Shape() => _graph.Node("Shape", DataType.Int64, [this]);

    private OnnxValue Alone(string operation) => _graph.Node(operation, Type, [this]);

    private OnnxValue With(string operation, OnnxValue right, DataType? type = null)
        => Type == right.Type
            ? _graph.Node(operation, type ?? Type, [this, right])
            : throw new InvalidOperationException($"{operation} takes two tensors of one type, and gets {Type} ({Name}) and {right.Type} ({right.Name}).");

    private OnnxValue Reduced(string operation) => _graph.Node(operation, Type, [this], ("axes", new long[] { 1 }), ("keepdims", 1L));
}
