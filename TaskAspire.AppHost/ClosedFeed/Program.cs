// Closed feed: no Aspire.Hosting here, so the same stack is started by TaskAspire.Standalone.
return await TaskAspire.Standalone.StandaloneHost.RunAsync(args);
