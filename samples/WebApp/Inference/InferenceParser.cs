using System.Buffers;
using System.Text.Json;
using WebApp.Options;
using WebApp.Refusals;

namespace WebApp.Inference;

/// <summary>
/// From the JSON of a request to its images. Token by token, as a document of JSON takes many times the memory of its text where there are many small elements:
/// what is kept are the images, and no more of them than are allowed.
/// </summary>
/// <param name="json">The JSON.</param>
/// <param name="limits">What a request may have.</param>
internal ref struct InferenceParser(ReadOnlySequence<byte> json, WebAppOptions limits)
{
    private Utf8JsonReader _json = new(json);

    /// <summary>Reads the request.</summary>
    /// <exception cref="RefusedException">It is JSON, and no request of the protocol, or has too much.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A text in it is no Unicode.</exception>
    public InferenceRequest Request()
    {
        string? id = null;
        IReadOnlyList<byte[]>? images = null;
        IReadOnlyList<string> outputs = [];
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
            throw Refused.Malformed("The request is no object of JSON.");
        while (_json.NextProperty())
        {
            if (_json.Is("id"u8))
                id = _json.Text("id");
            else if (_json.Is("inputs"u8))
                images = Images();
            else if (_json.Is("outputs"u8))
                outputs = Outputs();
            else
                _json.Skip();
        }
        _json.Read();   // what stands behind the object is no JSON
        return new(id, images ?? throw InputParser.Expected("none"), outputs);
    }

    private IReadOnlyList<byte[]>? Images()
    {
        IReadOnlyList<byte[]>? images = null;
        if (!_json.IsArray("inputs"))
            return null;
        while (_json.NextElement())
        {
            if (images is not null)
                throw InputParser.Expected("more");
            images = InputParser.Read(ref _json, limits);
        }
        return images;
    }

    private List<string> Outputs()
    {
        List<string> outputs = [];
        if (!_json.IsArray("outputs"))
            return outputs;
        while (_json.NextElement())
        {
            if (outputs.Count == OutputTensor.All.Count)
                throw Refused.Malformed($"There are more 'outputs' than the {OutputTensor.All.Count} of the model.");
            outputs.Add(Output());
        }
        return outputs;
    }

    private string Output()
    {
        string? name = null;
        _json.RequireObject("outputs");
        while (_json.NextProperty())
        {
            if (_json.Is("name"u8))
                name = _json.Text("name");
            else
                _json.Skip();
        }
        return name ?? throw Refused.Malformed("An element of 'outputs' has no 'name'.");
    }
}
