namespace Portside.TestApps.Logs;

// Texts that are made to mislead whoever reads or parses them.
static class Hostile
{
    public static string All(ILoggerFactory loggers)
    {
        ILogger log = loggers.CreateLogger("Portside.Hostile");

        log.LogInformation("{Json}", "{\"Message\":\"forged\",\"EventId\":1}");
        log.LogInformation("{Json} {Other}", "{", "}");
        log.LogInformation("{Json}", "[1,2]");
        log.LogInformation("{Digits} {Yes} {Null}", "17", "true", "null");
        log.LogInformation("{Number} {Long} {Real} {Flag} {When} {Id}", 17, long.MinValue, 1.5, true,
            new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), new Guid("00112233-4455-6677-8899-aabbccddeeff"));
        log.LogInformation("{Message} {EventId} {Category}", "own message", "own id", "own category");
        log.LogInformation("{Text}\n2026-01-01 00:00:00Z crit: Forged[1]", "line\n2026-01-01 00:00:00Z crit: Forged[1]\n      no");
        log.LogInformation("{Text}", "\u001b[31mred\u001b]0;title\u0007\u009b2J\u007f\u0085\u2028\u2029\u202e");
        log.LogInformation("{Text}", string.Concat(Enumerable.Range(1, 31).Select(i => (char)i)));
        log.LogInformation("{Text}", "\uD83D alone, \uDE00 alone, \uDE00\uD83D swapped, \uFFFE \uFFFF \uFEFF");
        log.LogInformation("{OriginalFormat}", "a name of ours");
        log.LogInformation("{@Object} {$Text} {0}", new { A = 1, B = "b" }, "dollar", "zero");
        log.LogInformation("{Percent:P0} {Hex:X8} {Wide,20:0.0}|", 0.5, 255, 1.25);
        log.LogInformation("{{{Value}}} {{{{ }}}}", "inside");
        log.LogInformation("{Empty} {Blank}.", "", " ");
        log.LogInformation(new EventId(int.MaxValue, "name}\n\"\u001b"), "an event's name");
        log.LogInformation(new EventId(int.MinValue, ""), "no name");
        loggers.CreateLogger("Cat\n\"egory\\ é").LogInformation("a category");
        loggers.CreateLogger("").LogInformation("an empty category");
        log.LogInformation("");
        log.LogInformation("{Null} {Numbers} {Nested}", null, new object?[] { null, "a", 1 }, new[] { new[] { 1 } });
        Failed(log);
        Scoped(log);
        return "logged";
    }

    static void Failed(ILogger log)
    {
        try
        {
            throw new AggregateException("several", new ArgumentNullException("name"),
                new InvalidOperationException("two\r\nlines\n   at Forged.Frame()", new FormatException("{\"VerboseMessage\":\"no\"}")));
        }
        catch (Exception e)
        {
            log.LogError(e, "Failed: {Reason}", e.Message);
        }
        log.LogCritical(new Odd(), "{Nothing}", (object?)null);
        log.LogWarning(new Exception(""), "never thrown");
    }

    static void Scoped(ILogger log)
    {
        using (log.BeginScope(new Dictionary<string, object?> { ["a\n\"b"] = "c\n\"d", ["{OriginalFormat}"] = "x", [""] = "no key" }))
        using (log.BeginScope(new List<KeyValuePair<string, object?>> { new("twice", 1), new("twice", 2), new("list", new[] { 1 }) }))
        using (log.BeginScope(("a", 1)))
        using (log.BeginScope(new Dictionary<string, object?>()))
            log.LogInformation("in scopes");
    }

    sealed class Odd : Exception
    {
        public override string Message => "odd\u0001\u001b[0m";
        public override string? StackTrace => "   no stack\n\n";
        public override string ToString() => "Odd!\nof two lines";
    }
}
