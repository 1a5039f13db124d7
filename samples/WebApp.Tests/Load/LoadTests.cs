using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;
using WebApp.Engines;
using WebApp.Tests.Support;

namespace WebApp.Tests.Load;

/// <summary>
/// Clients that send known images as fast as they are answered, one that sends what cannot be read, a thread that allocates, and two new models
/// meanwhile. Not part of the ordinary run: <c>--filter TestCategory=Load</c>. <c>LOAD_SECONDS</c> is its length, <c>LOAD_MODEL</c> a model file in
/// place of the tiny one.
/// </summary>
[Explicit("Takes a minute.")]
[Category("Load")]
internal sealed class LoadTests
{
    private const int Clients = 4, Swaps = 2, WarmUpSeconds = 5;
    private const double MostGrowth = 0.25;   // of the process, after the warm-up: what the allocating thread makes of the heap moves by that

    [Test]
    public async Task Predict_UnderLoad_NoErrorsAndNoGrowth()
    {
        var length = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LOAD_SECONDS") ?? "60", CultureInfo.InvariantCulture));
        var model = Environment.GetEnvironmentVariable("LOAD_MODEL") ?? TinyModel.Path;
        using var folder = new TemporaryFolder();
        var path = folder.At("model.zip");
        File.Copy(model, path);
        await using var app = await RunningApp.Start("--model", path, "--WebApp:RequestsPerMinute=0", "--WebApp:PollSeconds=0.2", "--WebApp:SettleSeconds=0.2");
        var host = app.App.Services.GetRequiredService<ModelHost>();
        using var stop = new CancellationTokenSource();
        var (good, bad) = (new ConcurrentQueue<double>(), new ConcurrentQueue<double>());
        Task[] work =
        [
            .. Enumerable.Range(0, Clients).Select(client => Task.Run(() => SendGood(app, client, good, stop.Token))),
            Task.Run(() => SendBad(app, bad, stop.Token)),
            Task.Factory.StartNew(() => Allocate(stop.Token), TaskCreationOptions.LongRunning),
        ];

        await Task.Delay(TimeSpan.FromSeconds(WarmUpSeconds));
        var memory = new List<double> { Megabytes() };
        var first = host.Current!;
        var sinceSwap = Stopwatch.StartNew();
        var swaps = 0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < length && work.All(one => !one.IsFaulted);)
        {
            await Task.Delay(1_000);
            memory.Add(Megabytes());
            if (swaps < Swaps && sinceSwap.Elapsed > length / (Swaps + 1))
            {
                // Another file of the same model, whose answers are the same.
                File.WriteAllBytes(folder.At("next.zip"), Other(model, ++swaps));
                File.Move(folder.At("next.zip"), path, overwrite: true);
                sinceSwap.Restart();
            }
        }
        await stop.CancelAsync();
        await Task.WhenAll(work);

        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {Clients} clients, {length.TotalSeconds:F0} s, {Environment.ProcessorCount} cores, model of {new FileInfo(model).Length / 1e6:F1} MB
            good requests: {good.Count:N0}, {good.Count / length.TotalSeconds:F0} a second
            good requests' milliseconds: p50 {Quantile(good, 0.5):F1}, p99 {Quantile(good, 0.99):F1}, longest {good.Max():F0}
            bad requests: {bad.Count:N0}; p50 {Quantile(bad, 0.5):F1} ms, p99 {Quantile(bad, 0.99):F1} ms
            process, MB, every tenth second after {WarmUpSeconds} s: {string.Join(' ', memory.Where((_, i) => i % 10 == 0).Select(Rounded))}
            models swapped: {swaps}
            """));
        Assert.That(host.Current!.Card.Version, Is.Not.EqualTo(first.Card.Version), host.LastError?.Message);
        Assert.That(first.IsDisposed, Is.True);
        Assert.That(memory.TakeLast(5).Average(), Is.LessThan(memory.Take(5).Average() * (1 + MostGrowth)));
    }

    private static async Task SendGood(RunningApp app, int client, ConcurrentQueue<double> milliseconds, CancellationToken stop)
    {
        (string Name, byte[] Image)[] images =
            [.. Enumerable.Range(0, 10).Select(i => ("image.png", TinyModel.Known(i % 2 == 0 ? "dark" : "light", 100 * client + i)))];
        var expected = new double?[images.Length];
        for (var i = 0; !stop.IsCancellationRequested; i = (i + 1) % images.Length)
        {
            var start = Stopwatch.GetTimestamp();
            var result = (await app.Predict(images[i]).Ok()).Results().Single();
            milliseconds.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Assert.That(result.Number("oodScore"), Is.EqualTo(expected[i] ??= result.Number("oodScore")), "the same image, another answer");
        }
    }

    private static async Task SendBad(RunningApp app, ConcurrentQueue<double> milliseconds, CancellationToken stop)
    {
        (byte[][] Files, HttpStatusCode Status)[] all =
        [
            (["some text"u8.ToArray()], HttpStatusCode.UnprocessableEntity),
            ([[]], HttpStatusCode.UnprocessableEntity),
            ([EncodedImages.Flat(SKColors.Red, "jpeg", 640, 480)[..^300]], HttpStatusCode.UnprocessableEntity),
            ([EncodedImages.IconBomb()], HttpStatusCode.UnprocessableEntity),
            ([EncodedImages.PngWithoutRows(10_000, 10_000)], HttpStatusCode.UnprocessableEntity),
            ([new byte[10_000_001]], HttpStatusCode.RequestEntityTooLarge),
            ([.. Enumerable.Repeat(TinyModel.Known("dark"), 21)], HttpStatusCode.RequestEntityTooLarge),
        ];
        for (var i = 0; !stop.IsCancellationRequested; i = (i + 1) % all.Length)
        {
            var start = Stopwatch.GetTimestamp();
            await app.Predict([.. all[i].Files.Select(file => ("file", file))]).Problem(all[i].Status);
            milliseconds.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(100, CancellationToken.None);
        }
    }

    private static void Allocate(CancellationToken stop)
    {
        var kept = new byte[64][];
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            kept[i % kept.Length] = new byte[1 + (int)(i * 7_919L % 200_000)];
            if (i % 1_000 == 0)
                Thread.Sleep(1);
        }
    }

    private static byte[] Other(string model, int number)
    {
        // The comment at the end of a zip file: its length, then its text.
        var file = File.ReadAllBytes(model);
        file[^2] = 1;
        return [.. file, (byte)('0' + number)];
    }

    private static double Megabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }

    private static string Rounded(double value) => value.ToString("F0", CultureInfo.InvariantCulture);

    private static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(share * (sorted.Length - 1))];
    }
}
