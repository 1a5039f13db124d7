using WebApp.Hosting;
using WebApp.Refusals;
using WebApp.Uploads;

namespace WebApp.Predictions;

/// <summary>POST /predict.</summary>
internal static class PredictEndpoint
{
    public static void MapPredict(this IEndpointRouteBuilder routes)
        => routes.MapPost("/predict", Predict)
            .WithName("predict")
            .WithSummary("Says of each image what it shows, and whether it is none of the classes.")
            .Produces<PredictResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer(UploadDescription.Describe)
            .AddEndpointFilter<RefusalFilter>()
            .RequireRateLimiting(ServerLimits.PerClient);

    private static async Task<IResult> Predict(HttpRequest request, UploadReader reader, Predictor predictor, WorkGate gate, CancellationToken cancellation)
    {
        using var admitted = gate.Admit(ClientAddress.Of(request.HttpContext));
        var files = await reader.Read(request, cancellation);
        var predicted = await predictor.Predict([.. files.Select(file => file.Bytes)], cancellation);
        if (predicted.Predictions is [{ Error: { } error }])
            throw Refused.Unreadable(error);
        return TypedResults.Ok(new PredictResponse(
            predicted.Model.Name,
            predicted.Model.Version,
            [.. files.Zip(predicted.Predictions, (file, prediction) => PredictResult.Of(file, prediction, predicted.Model))]));
    }
}
