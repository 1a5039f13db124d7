namespace PaperBenchmark.Plans;

/// <summary>The names of tables and figures, for people and for the command line.</summary>
internal static class ItemName
{
    /// <summary><c>Table 1</c> for <c>table-1</c>.</summary>
    public static string Of(string item) => item switch
    {
        "beyond" => "Beyond the paper",
        Plan.Trainings => "Other trainings",
        _ => $"{char.ToUpperInvariant(item[0])}{item[1..].Replace('-', ' ')}",
    };

    /// <summary>The command that makes it: <c>table 1</c> for <c>table-1</c>.</summary>
    public static string Command(string item) => item is "beyond" or Plan.Trainings ? $"table {item}" : item.Replace('-', ' ');
}
