// Logs on demand. Only the EventSource logger is there: nothing but a diagnostic session listens.
using Portside.TestApps.Logs;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.Logging.AddEventSourceLogger();
builder.Logging.SetMinimumLevel(LogLevel.Trace);
builder.Logging.AddFilter("Microsoft", LogLevel.None);
builder.Logging.AddFilter("Portside.Quiet", LogLevel.Error);
var app = builder.Build();

app.MapGet("/hello", () => "hello");
app.MapGet("/all", (ILoggerFactory loggers) => Kinds.All(loggers));
app.MapGet("/hostile", (ILoggerFactory loggers) => Hostile.All(loggers));
app.MapGet("/large", (ILoggerFactory loggers, int kb) => Kinds.Large(loggers, kb));
app.MapGet("/flows", (ILoggerFactory loggers, int n) => Flows.Run(loggers, n));
app.MapGet("/burst", (ILoggerFactory loggers, int lines, int ms, int threads) =>
    Burst.Run(loggers, lines, ms, threads));

Console.WriteLine($"logs: started, pid {Environment.ProcessId}, runtime {Environment.Version}");
app.Run();
