using CompareScores;

return await CompareCommand.Create().Parse(args).InvokeAsync();
