using System.Text.Json;

namespace Microsoft.ML.LogitNorm.Tests.Reference;

/// <summary>The golden numbers beside this file, or those of the folder that <see cref="FolderVariable"/> names.</summary>
internal static class ReferenceNumbers
{
    /// <summary>Environment variable that replaces the folder of the golden files.</summary>
    public const string FolderVariable = "LOGITNORM_REFERENCE_DIR";

    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>A whole file. The caller disposes it.</summary>
    public static JsonDocument Open(string fileName)
    {
        using var file = OpenFile(fileName);
        return JsonDocument.Parse(file);
    }

    /// <summary>A whole file as a typed record; the file's <c>snake_case</c> names fill the record's <c>PascalCase</c> ones, and none may be missing.</summary>
    public static T Read<T>(string fileName)
    {
        using var file = OpenFile(fileName);
        return JsonSerializer.Deserialize<T>(file, SnakeCase) ?? throw new InvalidDataException($"{fileName} holds null.");
    }

    /// <summary>A whole file that is this repository's own: it is taken from beside this file in any case.</summary>
    public static T ReadOwn<T>(string fileName)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Reference", fileName));
        return JsonSerializer.Deserialize<T>(file, SnakeCase) ?? throw new InvalidDataException($"{fileName} holds null.");
    }

    /// <summary>One value of an opened file as a typed record: <c>document.RootElement.GetProperty("logits").As&lt;Matrix&gt;()</c>.</summary>
    public static T As<T>(this JsonElement element)
        => element.Deserialize<T>(SnakeCase) ?? throw new InvalidDataException($"Expected {typeof(T).Name}, found null.");

    private static FileStream OpenFile(string fileName)
    {
        var chosen = Environment.GetEnvironmentVariable(FolderVariable);
        var folder = string.IsNullOrEmpty(chosen) ? Path.Combine(AppContext.BaseDirectory, "Reference") : chosen;
        var path = Path.Combine(folder, fileName);
        return File.Exists(path)
            ? File.OpenRead(path)
            : throw new FileNotFoundException(
                $"No golden numbers '{fileName}' in '{folder}'. Build the tests again to copy them there, or let {FolderVariable} name their folder.", path);
    }
}
