using LogitNormTool.Commands;

return await ToolCommand.Create().Parse(args).InvokeAsync();
