using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace WebApp.Uploads;

/// <summary>
/// What <see cref="UploadReader"/> takes, for the OpenAPI document. (As metadata of the endpoint it would make the framework refuse other types itself, without
/// a word on what is expected.)
/// </summary>
internal static class UploadDescription
{
    public static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        OpenApiSchema file = new() { Type = JsonSchemaType.String, Format = "binary" };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "A part named 'file' for each image, or one image as the body.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["multipart/form-data"] = new()
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { "file" },
                        Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file } },
                    },
                },
                ["image/*"] = new() { Schema = file },
            },
        };
        return Task.CompletedTask;
    }
}
