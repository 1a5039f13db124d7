using WebApp.Hosting;

return await AppRun.Run(args);
