using PaperBenchmark.Commands;

return await BenchmarkCommand.Create().Parse(args).InvokeAsync();
