// The application that the tests look at: each endpoint makes one thing happen that a diagnostic
// artifact must then show.
using System.Diagnostics;
using Portside.TestApps.Web;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Trace);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
var app = builder.Build();

app.Use(async (context, next) =>
{
    AppEvents.Log.Request(context.Request.Path);
    await next(context);
});

app.MapGet("/hello", () => "hello");
app.MapGet("/ready", () => "ready");
app.MapGet("/pid", () => Environment.ProcessId.ToString());
app.MapGet("/env", () => Environment.GetEnvironmentVariables());

app.MapGet("/alloc", (int mb) => Memory.Keep(mb));
app.MapGet("/objects", (int n) => Memory.KeepNodes(n));
app.MapGet("/free", Memory.Free);

app.MapGet("/throw", Failures.CatchOne);
app.MapGet("/crash500", () => { Failures.Outer("not caught in the request"); });

app.MapGet("/burn", (int ms) => Load.Burn(ms));
app.MapGet("/block", (int ms) => { Thread.Sleep(ms); return $"blocked {ms} ms"; });
app.MapGet("/slow", async (int ms) => { await Task.Delay(ms); return $"waited {ms} ms"; });
app.MapGet("/starve", (int n, int ms) => Load.Starve(n, ms));

app.MapGet("/log", (ILoggerFactory loggers, string? level, int? n) =>
    Logs.Write(loggers.CreateLogger("Portside.Web.Logging"), level, n ?? 1));
app.MapGet("/emit", (int ms) => FloodEvents.Log.Emit(ms));
app.MapGet("/meter", (int? n) => AppMeter.Instance.Record(n ?? 1));

app.MapGet("/exit", (IHostApplicationLifetime lifetime) => { lifetime.StopApplication(); return "bye"; });

Console.WriteLine($"web: started, pid {Environment.ProcessId}, runtime {Environment.Version}");
app.Run();
