using TestState = Microsoft.ML.LogitNorm.DriftState;

namespace WebApp.Drift;

/// <summary>What is written of a drift test, so that it goes on when the application starts again.</summary>
/// <param name="ModelVersion">The model whose p-values it is of.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Since">When a change was noticed; null if none was.</param>
/// <param name="ImagesSeen">Images since its start.</param>
/// <param name="Test">The test itself.</param>
internal sealed record DriftRecord(string ModelVersion, DateTimeOffset StartedAt, DateTimeOffset? Since, long ImagesSeen, TestState Test);
