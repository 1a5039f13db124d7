using PaperBenchmark.Plans;
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
        [Plan.Trainings] = TrainingsTable.Make,
    };

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> All => _makers.Keys;

    /// <summary>The names of the report's tables, in its order.</summary>
    public static IReadOnlyList<string> Items { get; } = [.. _makers.Keys.Intersect(Plan.Items)];

    public static ReportTable Make(string item, TableContext context) => _makers[item](context);
}
