using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>What a context's progress channels have told since it was last asked, in words; ML.NET shows it in its own environments only.</summary>
internal static class ProgressOf
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public static IReadOnlyList<string> All(MLContext ml)
    {
        var tracker = Get(MachineLearningContext.Environment(ml.Transforms), "ProgressTracker")!;
        var events = (IEnumerable)tracker.GetType().GetMethod("GetAllProgress", Any)!.Invoke(tracker, null)!;
        return [.. events.Cast<object>().Select(told
            => $"{Get(told, "Name")} {Get(told, "Kind")}{(Get(told, "ProgressEntry") is { } entry ? $" {Text(entry)}" : "")}")];
    }

    private static string Text(object entry)
    {
        var header = (ProgressHeader)Get(entry, "Header")!;
        var (metrics, done, limits) = ((double?[])Get(entry, "Metrics")!, (double?[])Get(entry, "Progress")!, (double?[])Get(entry, "ProgressLim")!);
        return string.Join(", ", metrics.Index()
            .Where(metric => metric.Item is not null)
            .Select(metric => $"{header.MetricNames[metric.Index]} {Number(metric.Item!.Value)}")
            .Concat(done.Index()
                .Where(unit => unit.Item is not null)
                .Select(
                    unit => $"{Number(unit.Item!.Value)}{(limits[unit.Index] is { } limit ? $" of {Number(limit)}" : "")} {header.UnitNames[unit.Index]}")));
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static object? Get(object source, string member)
    {
        for (var type = source.GetType(); type is not null; type = type.BaseType)
            if (type.GetField(member, Any | BindingFlags.DeclaredOnly) is { } field)
                return field.GetValue(source);
            else if (type.GetProperty(member, Any | BindingFlags.DeclaredOnly) is { } property)
                return property.GetValue(source);
        throw new MissingMemberException(source.GetType().Name, member);
    }
}
