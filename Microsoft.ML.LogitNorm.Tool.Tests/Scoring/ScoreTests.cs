using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using LogitNormTool.Scoring;

namespace LogitNormTool.Tests.Scoring;

/// <summary><c>score</c> and <c>merge</c> in one process.</summary>
[TestFixture]
[NonParallelizable]
public sealed class ScoreTests
{
    private const int Images = 49;

    private TinyVerdicts _tiny = null!;
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void Train() => _tiny = new();

    [OneTimeTearDown]
    public void Delete() => _tiny.Dispose();

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Score_ByAnyNumberOfShards_MergesToTheSameBytes()
    {
        var one = Merged("one", ["1/1"]);
        Assert.That(Merged("three", ["3/3", "1/3", "2/3"]), Is.EqualTo(one));
        Assert.That(Merged("changed", ["2/4", "1/2", "1/1"]), Is.EqualTo(one), "the number may change on the way");
        Assert.That(Merged("empty", ["9/9", "1/1"]), Is.EqualTo(one), "a shard may have nothing to do");
        Assert.That(one.Split('\n'), Has.Length.EqualTo(Images + 1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Score_ImageThatCannotBeRead_IsARowWithItsError_AndTheOthersAreAsPredictSays(bool marks)
    {
        var model = marks ? _tiny.Marking : _tiny.Throwing;
        Score("out", model: model);
        var rows = Rows(_folder.At("out"));
        var names = rows.Select(row => row.GetProperty("image").GetString());
        Assert.That(names, Is.Ordered.Using((IComparer<string?>)StringComparer.Ordinal).And.Exactly(Images).Items);
        var broken = rows.Single(row => row.TryGetProperty("error", out _));
        Assert.That(broken.GetProperty("image").GetString(), Is.EqualTo("light/broken.png"));
        Assert.That(broken.GetProperty("error").GetString(), Does.StartWith("The file 'light/broken.png' is no image"), "the same wherever the folder lies");
        Assert.That(broken.GetProperty("outOfDistribution").GetBoolean(), Is.True);

        var (_, json, _) = ToolRun.Of("predict", model, _tiny.Pictures, "--json");
        var predicted = json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(row => Path.GetRelativePath(_tiny.Pictures, row.GetProperty("image").GetString()!));
        foreach (var row in rows)
        {
            var same = predicted[row.GetProperty("image").GetString()!];
            Assert.That(row.GetProperty("prediction").GetString(), Is.EqualTo(same.GetProperty("prediction").GetString()));
            Assert.That(row.GetProperty("outOfDistribution").GetBoolean(), Is.EqualTo(same.GetProperty("outOfDistribution").GetBoolean()));
        }
    }

    [Test]
    public void Score_ListOfText_IsTheSameAsItsFolder_HoweverItsLinesEnd()
    {
        var folder = Merged("folder", ["1/1"]);
        string[] names = [.. Rows(_folder.At("folder")).Select(row => row.GetProperty("image").GetString()!)];
        File.WriteAllText(_folder.At("list.txt"), $"\uFEFF{string.Join("\r\n\r\n", names)}");
        string[] list = ["--images", _folder.At("list.txt"), "--root", _tiny.Pictures];
        Assert.That(Merged("list", ["2/2", "1/2"], list), Is.EqualTo(folder));
        Assert.That(File.ReadAllText(_folder.At("list", "manifest.json")), Does.Contain(Manifest.Find(_folder.At("folder"))!.ListSha256));
    }

    [TestCase("cut off")]
    [TestCase("overwritten")]
    [TestCase("of other images")]
    [TestCase("empty")]
    public void Score_FileThatIsDamaged_IsWrittenAgain_AndNoOther(string damage)
    {
        var whole = Merged("out", ["1/1"]);
        string[] files = [.. Directory.GetFiles(_folder.At("out"), ScoreFiles.Pattern).Order(StringComparer.Ordinal)];
        var bytes = File.ReadAllBytes(files[1]);
        File.WriteAllBytes(files[1], damage switch
        {
            "cut off" => bytes[..^10],
            "overwritten" => [.. bytes[..40], 0, 0, 0, 0, .. bytes[44..]],
            "of other images" => File.ReadAllBytes(files[2]),
            _ => [],
        });
        var (exit, _, errors) = ToolRun.Of("merge", _folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("score again"));
        Assert.That(File.ReadAllText(_folder.At("out", "scores.jsonl")), Is.EqualTo(whole), "an older merge stays");
        var times = files.Select(File.GetLastWriteTimeUtc).ToArray();
        Score("out");
        Assert.That(files.Select(File.GetLastWriteTimeUtc).Zip(times, (after, before) => after == before), Is.EqualTo(files.Select((_, i) => i != 1)));
        Assert.That(ToolRun.Of("merge", _folder.At("out")).Exit, Is.Zero);
        Assert.That(File.ReadAllText(_folder.At("out", "scores.jsonl")), Is.EqualTo(whole));
    }

    [Test]
    public void Score_OfAnotherModelListOrDivision_IsRefusedByName()
    {
        Score("out");
        _folder.Write("few.txt", "dark/1.png\n"u8.ToArray());
        string[] few = ["--images", _folder.At("few.txt"), "--root", _tiny.Pictures];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal(), Does.Contain("another model").And.Contain("marking.zip").And.Contain("other.zip"));
            Assert.That(Refusal(_tiny.Marking, few), Does.Contain("another list").And.Contain("49 images").And.Contain("few.txt has 1"));
            Assert.That(Refusal(_tiny.Marking, ["--rows-per-file", "11"]), Does.Contain("files of 10 rows").And.Contain("is 11"));
        }
        File.Delete(_folder.At("out", "manifest.json"));
        Assert.That(Refusal(_tiny.Marking), Does.Contain("but no manifest.json"));

        string Refusal(string? model = null, params string[] options)
        {
            var before = Directory.GetFiles(_folder.At("out")).ToDictionary(path => path, File.ReadAllBytes);
            var (exit, _, errors) = ToolRun.Of("score", [model ?? _tiny.Other, .. Options("out", options)]);
            Assert.That(exit, Is.EqualTo(1));
            Assert.That(Directory.GetFiles(_folder.At("out")).ToDictionary(path => path, File.ReadAllBytes), Is.EqualTo(before));
            return errors;
        }
    }

    [Test]
    public void Score_FolderThatIsNotThereOnThisMachine_IsNoFolderOfBrokenImages()
    {
        _folder.Write("list.txt", "a.png\nb.png\n"u8.ToArray());
        var (exit, _, errors) = ToolRun.Of("score", _tiny.Marking, "--images", _folder.At("list.txt"), "--output", _folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("none of the 2 images").And.Contain("a.png").And.Contain("--root"));
        Assert.That(Directory.GetFiles(_folder.At("out"), ScoreFiles.Pattern), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Score_Model_IsReadOnce_SoThatItsHashIsThatOfWhatScores(CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Windows has no pipes with names of files.");
        using (var make = Process.Start("mkfifo", [_folder.At("model")]))
            await make.WaitForExitAsync(cancellation);
        var scored = Task.Run(() => ToolRun.Of("score", [_folder.At("model"), .. Options("out", [])]), cancellation);
        using var write = Process.Start("cp", [_tiny.Marking, _folder.At("model")]);   // a pipe gives it once; who asks again waits for ever
        var (exit, _, errors) = await scored.WaitAsync(cancellation);
        Assert.That(exit, Is.Zero, errors);
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(_tiny.Marking, cancellation)));
        Assert.That(Manifest.Find(_folder.At("out"))!.ModelSha256, Is.EqualTo(hash));
    }

    [Test]
    public void Score_ErrorOfTheSystem_HasTheNameInPlaceOfThePath()
    {
        var name = $"{new string('n', 300)}.png";   // longer than a name may be
        File.WriteAllLines(_folder.At("list.txt"), ["dark/0 'ü'.png", name]);
        Score("out", options: ["--images", _folder.At("list.txt"), "--root", Path.GetRelativePath(Environment.CurrentDirectory, _tiny.Pictures)]);
        Assert.That(Rows(_folder.At("out"))[1].GetProperty("error").GetString(), Does.Contain(name).And.Not.Contain(Path.GetFileName(_tiny.Pictures)));
    }

    [TestCase("pictures.zip", "Unpack a zip")]
    [TestCase("binary.txt", "no text in UTF-8")]
    [TestCase("empty.txt", "is empty")]
    [TestCase("nowhere", "no such file or folder")]
    public void Score_ImagesThatCannotBe_SaysWhatIsExpected(string name, string expected)
    {
        _folder.Write("pictures.zip", [1]);
        _folder.Write("binary.txt", [65, 0xC3, 0x28, 10]);
        _folder.Write("empty.txt", "\n\n"u8.ToArray());
        var (exit, _, errors) = ToolRun.Of("score", _tiny.Marking, "--images", _folder.At(name), "--output", _folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(name).And.Contain(expected));
    }

    [Test]
    public void Merge_WhatIsMissingOrStrange_IsNamed()
    {
        Score("out", "1/2");
        var (exit, _, errors) = ToolRun.Of("merge", _folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("2 of 5 files are missing").And.Contain("scores-00002-of-00005.jsonl (images 11 to 20 of the list)"));
        Assert.That(errors, Does.Contain("scores-00004-of-00005.jsonl (images 31 to 40"));
        Assert.That(File.Exists(_folder.At("out", "scores.jsonl")), Is.False);

        Score("out", "2/2");
        _folder.Write("out/scores-00006-of-00006.jsonl", []);
        (exit, _, errors) = ToolRun.Of("merge", _folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("scores-00006-of-00006.jsonl does not belong"));

        (_, _, errors) = ToolRun.Of("merge", _tiny.Pictures);
        Assert.That(errors, Does.Contain("no manifest.json"));
    }

    [TestCase("scores-00001-of-00005.jsonl")]
    [TestCase("scores-all-of-them.jsonl")]
    [TestCase("manifest.json")]
    public void Merge_IntoANameOfTheScores_IsRefused(string name)
    {
        Score("out");
        var before = Directory.GetFiles(_folder.At("out")).ToDictionary(path => path, File.ReadAllBytes);
        var (exit, _, errors) = ToolRun.Of("merge", _folder.At("out"), "--output", _folder.At("out", name));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(name).And.Contain("Choose another name"));
        Assert.That(Directory.GetFiles(_folder.At("out")).ToDictionary(path => path, File.ReadAllBytes), Is.EqualTo(before));
        Assert.That(ToolRun.Of("merge", _folder.At("out"), "--output", _folder.At(name)).Exit, Is.Zero, "elsewhere it may be called so");
    }

    [Test]
    public void ScoreAndMerge_LeftOverOfKilledProcesses_GoesAfterAnHour()
    {
        string[] old = ["scores-00001-of-00005.jsonl", "scores.jsonl"], kept = [$"scores-00002-of-00005.jsonl.{Guid.NewGuid():N}.part", "scores.jsonl.mine.part"];
        string[] parts = [.. old.Select(name => $"{name}.{Guid.NewGuid():N}.part")];
        foreach (var name in parts.Concat(kept))
            _folder.Write($"out/{name}", []);
        foreach (var name in parts.Append(kept[1]))
            File.SetLastWriteTimeUtc(_folder.At("out", name), DateTime.UtcNow.AddHours(-2));
        Score("out");
        Assert.That(Left(), Is.EquivalentTo(kept.Append(parts[1])), "one of a merge is merge's");
        Assert.That(ToolRun.Of("merge", _folder.At("out")).Exit, Is.Zero);
        Assert.That(Left(), Is.EquivalentTo(kept));

        IEnumerable<string> Left() => Directory.GetFiles(_folder.At("out"), "*.part").Select(path => Path.GetFileName(path)!);
    }

    [Test]
    public void Merge_RowsInAnotherOrder_AreNotThoseOfTheList()
    {
        Score("out");
        var file = Directory.GetFiles(_folder.At("out"), ScoreFiles.Pattern)[0];
        var lines = File.ReadAllLines(file);
        File.WriteAllText(file, string.Concat(lines[1..].Append(lines[0]).Select(line => line + "\n")));
        Assert.That(ToolRun.Of("merge", _folder.At("out")).Errors, Does.Contain("each once and in its order"));
    }

    [Test]
    public void Merge_AsTable_HoldsTheSameRows()
    {
        Score("out");
        Assert.That(ToolRun.Of("merge", _folder.At("out"), "--output", _folder.At("scores.arrow")).Exit, Is.Zero);
        var rows = Rows(_folder.At("out"));
        using var reader = new ArrowFileReader(File.OpenRead(_folder.At("scores.arrow")));
        var place = 0;
        while (reader.ReadNextRecordBatch() is { } batch)
            for (var i = 0; i < batch.Length; i++, place++)
                foreach (var (column, field) in batch.Arrays.Zip(batch.Schema.FieldsList))
                {
                    object? expected = !rows[place].TryGetProperty(field.Name, out var value) ? null : value.ValueKind switch
                    {
                        JsonValueKind.Null => null,
                        JsonValueKind.String => value.GetString(),
                        JsonValueKind.Number => value.GetSingle(),
                        _ => value.GetBoolean(),
                    };
                    object? found = column switch
                    {
                        StringArray text => text.GetString(i),
                        FloatArray number => number.GetValue(i),
                        _ => ((BooleanArray)column).GetValue(i),
                    };
                    Assert.That(found, Is.EqualTo(expected), $"{field.Name} of row {place}");
                }
        Assert.That(place, Is.EqualTo(Images));
    }

    private string Merged(string output, string[] shards, params string[] options)
    {
        foreach (var shard in shards)
            Score(output, shard, options: options);
        var (exit, _, errors) = ToolRun.Of("merge", _folder.At(output));
        Assert.That(exit, Is.Zero, errors);
        return File.ReadAllText(_folder.At(output, "scores.jsonl"));
    }

    private void Score(string output, string shard = "1/1", string? model = null, params string[] options)
    {
        var (exit, _, errors) = ToolRun.Of("score", [model ?? _tiny.Marking, "--shard", shard, .. Options(output, options)]);
        Assert.That(exit, Is.Zero, errors);
    }

    private string[] Options(string output, string[] options)
    {
        return [.. options, .. Unless("--images", _tiny.Pictures), .. Unless("--rows-per-file", "10"), "--output", _folder.At(output)];

        string[] Unless(string option, string value) => options.Contains(option) ? [] : [option, value];
    }

    private static JsonElement[] Rows(string output)
        => [.. Directory.GetFiles(output, ScoreFiles.Pattern).Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)
            .Select(line => JsonDocument.Parse(line).RootElement)];
}
