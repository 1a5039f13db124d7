using System.Text.Json;
using WebApp.Options;
using WebApp.Refusals;

namespace WebApp.Inference;

/// <summary>From the JSON of the input tensor to its images.</summary>
/// <remarks>
/// Members come in any order, so what is wrong with the elements is told only once it is known that it is this tensor; until then they are passed over.
/// </remarks>
internal sealed class InputParser
{
    public const string Tensor = "image", Bytes = "BYTES";

    private const int MostDimensions = 4;   // that are kept, to be told

    private readonly WebAppOptions _limits;
    private readonly List<byte[]> _images = [];
    private readonly List<long> _shape = [];
    private string? _name, _datatype;
    private bool _hasData;
    private RefusedException? _fault;   // the first of the elements

    private InputParser(WebAppOptions limits) => _limits = limits;

    /// <summary>Reads the tensor, at whose beginning the reader is.</summary>
    /// <param name="json">The reader.</param>
    /// <param name="limits">What a request may have.</param>
    /// <exception cref="RefusedException">The tensor is not as it should be, or has too much.</exception>
    public static IReadOnlyList<byte[]> Read(ref Utf8JsonReader json, WebAppOptions limits)
    {
        var input = new InputParser(limits);
        json.RequireObject("inputs");
        while (json.NextProperty())
            input.Member(ref json);
        return input.Checked();
    }

    public static RefusedException Expected(string found) => Refused.Malformed($"One input is expected, '{Tensor}'; found {found}.");

    private void Member(ref Utf8JsonReader json)
    {
        if (json.Is("name"u8))
            _name = json.Text("name");
        else if (json.Is("datatype"u8))
            _datatype = json.Text("datatype");
        else if (json.Is("shape"u8))
            Shape(ref json);
        else if (json.Is("data"u8))
            Data(ref json);
        else
            json.Skip();
    }

    private void Shape(ref Utf8JsonReader json)
    {
        _shape.Clear();
        if (!json.IsArray("shape"))
            return;
        while (json.NextElement())
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out var length))
                throw Refused.Malformed("An element of 'shape' is no whole number.");
            if (_shape.Count < MostDimensions)
                _shape.Add(length);
        }
    }

    // The data of a tensor of shape [n, 1] may be an array of arrays.
    private void Data(ref Utf8JsonReader json)
    {
        _images.Clear();
        _fault = null;
        _hasData = json.IsArray("data");
        if (!_hasData)
            return;
        while (json.NextElement())
        {
            if (json.TokenType != JsonTokenType.StartArray)
                Element(ref json);
            else
                while (json.NextElement())
                    Element(ref json);
        }
    }

    private void Element(ref Utf8JsonReader json)
    {
        var at = _images.Count;
        if (_fault is not null)
            json.Skip();
        else if (at == _limits.MaxFiles)
            Fault(ref json, Refused.TooManyFiles(_limits.MaxFiles));
        else if (json.TokenType != JsonTokenType.String || !json.TryGetBytesFromBase64(out var bytes))
            Fault(ref json, Refused.Malformed($"Element {at} (counted from 0) of input '{Tensor}' is no text in base64."));
        else if (bytes.Length > _limits.MaxFileBytes)
            Fault(ref json, Refused.FileTooLarge($"element {at} of input {Tensor}", _limits.MaxFileBytes));
        else
            _images.Add(bytes);
    }

    private void Fault(ref Utf8JsonReader json, RefusedException fault)
    {
        _fault = fault;
        json.Skip();
    }

    private List<byte[]> Checked()
    {
        if (_name != Tensor)
            throw Expected(_name is null ? "one without a name" : $"'{_name}'");
        if (_datatype != Bytes)
            throw Refused.Malformed($"Input '{Tensor}' is of datatype '{_datatype}'; {Bytes} is expected, each element an image file in base64.");
        if (!_hasData)
            throw Refused.Malformed($"Input '{Tensor}' has no array 'data'.");
        if (_fault is not null)
            throw _fault;
        if (_images.Count == 0 || _shape is not ([_] or [_, 1]) || _shape[0] != _images.Count)
            throw Refused.Malformed($"Input '{Tensor}' is said to be of shape [{Words()}] and has {_images.Count} elements; "
                + "[n] with n elements is expected, n at least 1.");
        return _images;
    }

    private string Words() => string.Join(", ", _shape) + (_shape.Count == MostDimensions ? ", …" : "");
}
