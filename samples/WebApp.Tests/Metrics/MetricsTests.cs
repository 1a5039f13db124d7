using WebApp.Tests.Support;

namespace WebApp.Tests.Metrics;

internal sealed class MetricsTests
{
    [Test]
    public async Task Metrics_AfterPredictions_AreThereForPrometheus()
    {
        await using var app = await RunningApp.Start();
        await app.Predict(("dark.png", TinyModel.Known("dark")), ("light.png", TinyModel.Known("light")), ("stripes.png", TinyModel.Stranger())).Ok();
        using (await app.Predict(("text", "some text"u8.ToArray())))
        {
        }
        var metrics = await app.Client.GetStringAsync("/metrics");
        Assert.That(Value("webapp_prediction_duration_seconds_count"), Is.EqualTo("3"));
        Assert.That(Value("webapp_prediction_duration_seconds_bucket", "le=\"10\""), Is.EqualTo("3"));
        Assert.That(Value("webapp_p_value_count"), Is.EqualTo("3"));
        Assert.That(Value("webapp_p_value_bucket", "le=\"0.01\""), Is.EqualTo("1"));
        Assert.That(Value("webapp_predictions_total", "class=\"dark\"", "decision=\"known\""), Is.EqualTo("1"));
        Assert.That(Value("webapp_predictions_total", "decision=\"none_of_these\""), Is.EqualTo("1"));
        Assert.That(Value("webapp_predictions_total", "decision=\"unreadable\""), Is.EqualTo("1"));
        Assert.That(Value("webapp_refusals_total", "status=\"422\""), Is.EqualTo("1"));
        Assert.That(Value("webapp_queue_depth"), Is.EqualTo("0"));
        Assert.That(Value("webapp_drift_alarm"), Is.EqualTo("0"));

        // Another application of this process has gauges of the same names.
        string Value(string name, params string[] labels) => metrics.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Select(line => line.Split(' ')[1]).Distinct().Single();
    }
}
