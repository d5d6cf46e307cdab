using System.Diagnostics;

namespace Portside.TestApps.Logs;

// A state that is neither a template nor a text.
sealed class Pairs : List<KeyValuePair<string, object?>>
{
    public override string ToString() => "a state of its own";
}

static class Kinds
{
    // One line of everything that a line can have.
    public static string All(ILoggerFactory loggers)
    {
        ILogger log = loggers.CreateLogger("Portside.Kinds"), quiet = loggers.CreateLogger("Portside.Quiet");

        foreach (LogLevel level in Enum.GetValues<LogLevel>())
        {
            log.Log(level, new EventId(7, "Processed"), "At {Level} in {Elapsed:0.00} ms", level, 12.345);
            quiet.Log(level, "Quiet at {Level}", level);
        }
        log.LogInformation("plain");
        log.LogInformation("{{braces}} stay");
        log.LogInformation("{{braces}} and {Value,8}|{Value2,-8}|", "right", "left");
        log.LogInformation("{A} then {A}", 1, 2);
        log.LogInformation("nothing: {Nothing}", (object?)null);
        log.LogInformation("many: {Many}", new[] { 1, 2, 3 });
        log.LogInformation("quotes \" ' < > & + ` \\ / é 漢 😀 {Text}", "\" ' < > & + ` \\ / é 漢 😀\u0001\t");
        log.LogInformation("two\nlines {Text}", "a\nb\r\nc");
        log.LogInformation("a NUL {Text} behind", "x\0y");
        log.LogInformation("half {Text} a pair", "x\uD83Dy");
        log.Log(LogLevel.Warning, new EventId(-3), new Pairs { new("number", 5), new("text", "t"), new("none", null) },
            null, (state, _) => state.ToString());
        log.Log<object>(LogLevel.Warning, 9, "only text", null, (state, _) => state + "!");
        try
        {
            Failures.Outer();
        }
        catch (Exception e)
        {
            log.LogError(new EventId(8, "Failed"), e, "Failed {Item}", "gadget");
        }
        Scoped(log);
        return "logged";
    }

    static void Scoped(ILogger log)
    {
        using (log.BeginScope("Order {OrderId} of {Customer}", 42, "contoso"))
        using (log.BeginScope(new Dictionary<string, object?> { ["tenant"] = "x", ["none"] = null, ["flag"] = true }))
        using (log.BeginScope("no values"))
        using (log.BeginScope(17))
            log.LogInformation("inside {Depth}", 4);
        log.LogInformation("outside");
    }

    public static string Large(ILoggerFactory loggers, int kb)
    {
        ILogger log = loggers.CreateLogger("Portside.Large");

        log.LogInformation("before");
        log.LogInformation("large {Text} end", new string('x', kb * 1024));
        log.LogInformation("after");
        return "logged";
    }
}

static class Failures
{
    public static void Outer()
    {
        try
        {
            throw new ArgumentException("inner");
        }
        catch (Exception e)
        {
            throw new InvalidOperationException("boom", e);
        }
    }
}

// Flows that wait inside scopes: each goes on on another thread, between the others.
static class Flows
{
    public static async Task<string> Run(ILoggerFactory loggers, int n)
    {
        ILogger log = loggers.CreateLogger("Portside.Flows");

        await Task.WhenAll(Enumerable.Range(0, n).Select(flow => Task.Run(() => One(log, flow))));
        return $"{n} flows";
    }

    static async Task One(ILogger log, int flow)
    {
        using (log.BeginScope("Flow {Flow}", flow))
        {
            log.LogInformation("flow {Number} begins", flow);
            for (int step = 0; step < 3; step++)
            {
                await Task.Delay(flow % 3);
                using (log.BeginScope("Step {Step}", step))
                {
                    await Task.Yield();
                    log.LogInformation("flow {Number} step {Index}", flow, step);
                }
            }
            log.LogInformation("flow {Number} ends", flow);
        }
        log.LogInformation("flow {Number} is over", flow);
    }
}

static class Burst
{
    // `lines` in all, evenly over `ms`.
    public static async Task<string> Run(ILoggerFactory loggers, int lines, int ms, int threads)
    {
        ILogger log = loggers.CreateLogger("Portside.Burst");
        long began = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
            () => One(log, thread, lines / threads, ms), TaskCreationOptions.LongRunning)));
        return $"{lines / threads * threads} lines in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s";
    }

    static void One(ILogger log, int thread, int lines, int ms)
    {
        long began = Stopwatch.GetTimestamp();

        for (int i = 0; i < lines; i++)
        {
            double ahead = (double)ms * i / lines - Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (ahead > 2)
                Thread.Sleep((int)ahead);
            log.LogInformation("Line {Number} of thread {Thread}: {Text}", i, thread, "a text of usual length");
        }
    }
}
