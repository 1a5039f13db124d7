using WebApp.Cards;
using WebApp.Engines;
using WebApp.Health;
using WebApp.Hosting;
using WebApp.Predictions;
using WebApp.Refusals;

namespace WebApp.Inference;

/// <summary>The Open Inference Protocol, version 2, over REST: what KServe and Triton speak.</summary>
/// <remarks>The images of the tensor <c>image</c> are files in base64: in JSON there are no bytes.</remarks>
internal static class InferenceEndpoints
{
    private const string Server = "logitnorm-webapp", Version = "2";

    public static void MapInference(this IEndpointRouteBuilder routes)
    {
        var protocol = routes.MapGroup(RefusedAnswer.ProtocolPath).WithTags("Open Inference Protocol").AddEndpointFilter<RefusalFilter>();
        protocol.MapGet("", () => new { Name = Server, Version, Extensions = Array.Empty<string>() });
        protocol.MapGet("/health/live", () => new { Live = true });
        protocol.MapGet("/health/ready", (ModelHealthCheck health) => Ready(new { Live = true, Ready = health.IsReady }, health.IsReady));
        foreach (var model in new[] { "/models/{name}", "/models/{name}/versions/{version}" })
        {
            protocol.MapGet(model, (string name, string? version, ModelHost host) => Json(ModelMetadata.Of(name, Find(host.Current, host, name, version))));
            protocol.MapGet($"{model}/ready", (string name, string? version, ModelHost host, ModelHealthCheck health) =>
            {
                Find(host.Current, host, name, version);
                return Ready(new { Name = name, Ready = health.IsReady }, health.IsReady);
            });
            protocol.MapPost($"{model}/infer", Infer).RequireRateLimiting(ServerLimits.PerClient);
        }
        protocol.MapFallback("/{**path}", IResult (string path) => throw RefuseNotFound($"There is no '{path}' in the protocol."));
    }

    private static async Task<IResult> Infer(
        string name, string? version, HttpContext context, ModelHost host, InferenceReader reader, Predictor predictor, WorkGate gate)
    {
        Find(host.Current, host, name, version);
        using var admitted = gate.Admit(ClientAddress.Of(context));
        var request = await reader.Read(context.Request, context.RequestAborted);
        var outputs = Wanted(request);
        // Another model may serve by now.
        var predicted = await predictor.Predict(request.Images, context.RequestAborted, model => Find(model, host, name, version));
        for (var i = 0; i < request.Images.Count; i++)
            if (predicted.Predictions[i].Error is { } error)
                throw Refused.Malformed($"Element {i} (counted from 0) of input 'image' cannot be read. {error}");
        return Json(new InferenceResponse(
            name, predicted.Model.Version, request.Id, [.. outputs.Select(output => output.Of(predicted.Predictions, predicted.Model.Classes.Count))]));
    }

    private static IReadOnlyList<OutputTensor> Wanted(InferenceRequest request)
        => request.Outputs.Count == 0
            ? OutputTensor.All
            : [.. request.Outputs.Select(output => OutputTensor.All.FirstOrDefault(tensor => tensor.Name == output)
                ?? throw Refused.Malformed(
                    $"There is no output '{output}'; there are {string.Join(", ", OutputTensor.All.Select(tensor => tensor.Name))}."))];

    private static ModelCard Find(ServedModel? model, ModelHost host, string name, string? version)
    {
        if (model is null)
            throw Refused.NoModel(host.Status);
        var served = Path.GetFileNameWithoutExtension(model.Card.Name);
        if (name != served)
            throw RefuseNotFound($"There is no model '{name}'; '{served}' is served.");
        if (version is not null && version != model.Card.Version)
            throw RefuseNotFound($"There is no version '{version}' of the model '{name}'; '{model.Card.Version}' is served.");
        return model.Card;
    }

    private static RefusedException RefuseNotFound(string detail) => new(StatusCodes.Status404NotFound, "Not found", detail);

    private static IResult Ready(object answer, bool isReady)
        => TypedResults.Json(answer, InferenceReader.Json, statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

    private static IResult Json(object answer) => TypedResults.Json(answer, InferenceReader.Json);
}
