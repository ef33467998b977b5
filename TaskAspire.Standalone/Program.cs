return await TaskAspire.Standalone.StandaloneHost.RunAsync(args);
