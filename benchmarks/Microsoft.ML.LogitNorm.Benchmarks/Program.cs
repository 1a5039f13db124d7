using BenchmarkDotNet.Running;
using Microsoft.ML.LogitNorm.Benchmarks;

// All of them unless told which: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- --filter '*GradNorm*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length > 0 ? args : ["--filter", "*"], new ShortRuns());
