using PaperBenchmark.Report;

namespace PaperBenchmark.Tables;

/// <summary>The tables by their names in the plan.</summary>
internal static class TableMaker
{
    private static readonly Dictionary<string, Func<TableContext, ReportTable>> _makers = new()
    {
        ["table-1"] = Table1.Make,
        ["table-2"] = Table2.Make,
        ["table-3"] = Table3.Make,
        ["table-4"] = Table4.Make,
        ["table-5"] = Table5.Make,
        ["table-6"] = Table6.Make,
        ["beyond"] = BeyondTable.Make,
    };

    /// <summary>The names, in the report's order.</summary>
    public static IReadOnlyCollection<string> Items => _makers.Keys;

    public static ReportTable Make(string item, TableContext context) => _makers[item](context);
}
