using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>An ONNX graph in the making.</summary>
/// <remarks>
/// Its operations have no effects, so one that is asked for twice, with the same inputs and attributes, is there once, and so is a constant: what several
/// scores have in common is kept and computed once.
/// </remarks>
internal sealed class OnnxGraph
{
    /// <summary>The version of ONNX's operators: the last one before reductions took their axes as inputs; ONNX Runtime has it since 1.12 (2022).</summary>
    public const int Opset = 17;

    /// <summary>The version of the file format that goes with it.</summary>
    private const int IrVersion = 8;

    /// <summary>A little less than what protobuf can write.</summary>
    private const long MostBytes = int.MaxValue - (1L << 24);

    private readonly GraphProto _graph = new() { Name = "LogitNorm" };
    private readonly Dictionary<string, OnnxValue[]> _known = [];
    private readonly HashSet<string> _constants = [];
    private long _bytes;

    /// <summary>An input whose rows, the first dimension, are any number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="row">The dimensions of a row.</param>
    public OnnxValue Input(string name, IEnumerable<long> row)
    {
        _graph.Input.Add(Described(name, DataType.Float, row));
        return new(this, name, DataType.Float);
    }

    /// <summary>Names a value as an output.</summary>
    /// <param name="name">The output's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="row">The dimensions of a row.</param>
    public void Output(string name, OnnxValue value, params IEnumerable<long> row)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value.Name }, Output = { name } });
        _graph.Output.Add(Described(name, value.Type, row));
    }

    /// <summary>A tensor that is part of the file.</summary>
    /// <param name="name">What it is, for those who look at the graph.</param>
    /// <param name="values">Float32 or float64, on any device.</param>
    public OnnxValue Constant(string name, Tensor values)
    {
        using var scope = NewDisposeScope();
        var here = values.detach().cpu().contiguous();
        var type = here.dtype switch
        {
            ScalarType.Float32 => DataType.Float,
            ScalarType.Float64 => DataType.Double,
            var other => throw new InvalidOperationException($"{name} holds {other}; a constant holds Float32 or Float64."),
        };
        return Constant(name, type, here.shape, ByteString.CopyFrom(here.bytes));   // more than 2 GB do not fit into a span either
    }

    /// <summary>A number that is part of the file, [1].</summary>
    public OnnxValue Number(double value, DataType type) => Constant(
        "number/" + value.ToString("R", CultureInfo.InvariantCulture),
        type,
        [1],
        ByteString.CopyFrom(type == DataType.Double
            ? MemoryMarshal.AsBytes<double>([value])
            : type == DataType.Float
                ? MemoryMarshal.AsBytes<float>([(float)value])
                : throw new InvalidOperationException($"A number is Float or Double, not {type}.")));

    /// <summary>Whole numbers that are part of the file, [N]: axes and sizes.</summary>
    public OnnxValue Integers(params long[] values)
        => Constant("integers/" + string.Join('_', values), DataType.Int64, [values.Length], ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(values)));

    /// <summary>Texts that are part of the file, [N].</summary>
    public OnnxValue Texts(string name, IEnumerable<string> values)
    {
        var tensor = new TensorProto { Name = Unused(name), DataType = (int)DataType.String };
        tensor.StringData.AddRange(values.Select(ByteString.CopyFromUtf8));
        tensor.Dims.Add(tensor.StringData.Count);
        _graph.Initializer.Add(tensor);
        return new(this, tensor.Name, DataType.String);
    }

    /// <summary>Zeros of a shape that is computed.</summary>
    public OnnxValue Zeros(OnnxValue shape, DataType type)
        => Node("ConstantOfShape", type, [shape], ("value", new TensorProto
        {
            DataType = (int)type,
            Dims = { 1 },
            RawData = ByteString.CopyFrom(new byte[type == DataType.Double ? sizeof(double) : sizeof(float)]),
        }));

    /// <summary>An operation with one output.</summary>
    public OnnxValue Node(string operation, DataType type, IReadOnlyList<OnnxValue> inputs, params (string Name, object Value)[] attributes)
        => Nodes(operation, [type], inputs, attributes)[0];

    /// <summary>An operation.</summary>
    /// <param name="operation">ONNX's name of it.</param>
    /// <param name="types">The types of its outputs.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="attributes">Its attributes: long, float, long[] or <see cref="TensorProto"/>.</param>
    public OnnxValue[] Nodes(string operation, DataType[] types, IReadOnlyList<OnnxValue> inputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation };
        node.Input.AddRange(inputs.Select(input => input.Name));
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        var key = node.ToString();
        if (_known.TryGetValue(key, out var there))
            return there;
        node.Name = $"/{operation}_{_graph.Node.Count}";
        node.Output.AddRange(types.Select((_, i) => types.Length == 1 ? node.Name : $"{node.Name}_{i}"));
        _graph.Node.Add(node);
        return _known[key] = [.. types.Select((type, i) => new OnnxValue(this, node.Output[i], type))];
    }

    /// <summary>The whole file.</summary>
    /// <param name="producer">Who writes it, and the version.</param>
    /// <param name="metadata">What else is to be known, by name.</param>
    public ModelProto ToModel((string Name, string Version) producer, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = producer.Name,
            ProducerVersion = producer.Version,
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
        };
        model.MetadataProps.AddRange(metadata.Select(pair => new StringStringEntryProto { Key = pair.Key, Value = pair.Value }));
        return model;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long number:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number);
                break;
            case float number:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, number);
                break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(numbers);
                break;
            case TensorProto tensor:
                (attribute.Type, attribute.T) = (AttributeProto.Types.AttributeType.Tensor, tensor);
                break;
            default:
                throw new InvalidOperationException($"The attribute {name} is a {value.GetType().Name}; expected a number, whole numbers, or a tensor.");
        }
        return attribute;
    }

    private static ValueInfoProto Described(string name, DataType type, IEnumerable<long> row)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" } } };
        shape.Dim.AddRange(row.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private OnnxValue Constant(string name, DataType type, IReadOnlyCollection<long> shape, ByteString bytes)
    {
        var key = $"constant {type} {string.Join(',', shape)} {Convert.ToHexString(SHA256.HashData(bytes.Span))}";
        if (_known.TryGetValue(key, out var there))
            return there[0];
        _bytes += bytes.Length;
        if (_bytes > MostBytes)
            throw new NotSupportedException(
                $"With {name} the file would have more than 2 GB, which the format cannot hold. "
                + "A score that keeps training rows, such as NearestNeighbours, takes a bankSize.");
        var tensor = new TensorProto { Name = Unused(name), DataType = (int)type, RawData = bytes };
        tensor.Dims.AddRange(shape);
        _graph.Initializer.Add(tensor);
        var constant = new OnnxValue(this, tensor.Name, type);
        _known.Add(key, [constant]);
        return constant;
    }

    private string Unused(string name)
    {
        var unused = $"/{name}";   // the slash keeps it apart from names of columns
        for (var i = 2; !_constants.Add(unused); i++)
            unused = $"/{name}_{i}";
        return unused;
    }
}
