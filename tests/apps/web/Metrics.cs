using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace Portside.TestApps.Web;

[EventSource(Name = "Portside.Web")]
sealed class AppEvents : EventSource
{
    public static readonly AppEvents Log = new();

    long _requests;
    EventCounter? _work;
    IncrementingEventCounter? _rate;
    PollingCounter? _total;

    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        if (command.Command != EventCommand.Enable)
            return;
        _work ??= new EventCounter("work", this) { DisplayName = "Work", DisplayUnits = "ms" };
        _rate ??= new IncrementingEventCounter("request-rate", this)
        {
            DisplayName = "Request Rate",
            DisplayRateTimeScale = TimeSpan.FromSeconds(1),
        };
        _total ??= new PollingCounter("requests", this, () => Interlocked.Read(ref _requests))
        {
            DisplayName = "Requests",
        };
    }

    [NonEvent]
    public void Request(string path)
    {
        long n = Interlocked.Increment(ref _requests);
        _rate?.Increment();
        if (IsEnabled())
            RequestSeen(n, path);
    }

    [NonEvent]
    public void Work(double ms) => _work?.WriteMetric(ms);

    [Event(1, Message = "request {0} {1}")]
    public void RequestSeen(long number, string path) => WriteEvent(1, number, path);
}

// One small event in a tight loop, for as long as asked.
[EventSource(Name = "Portside.Flood")]
sealed class FloodEvents : EventSource
{
    public static readonly FloodEvents Log = new();

    [NonEvent]
    public string Emit(int ms)
    {
        long end = Environment.TickCount64 + ms;
        int n = 0;
        for (; n % 1024 != 0 || Environment.TickCount64 < end; n++)
            Tick(n, "flooding");
        return n.ToString();
    }

    [Event(1)]
    public void Tick(int number, string text) => WriteEvent(1, number, text);
}

sealed class AppMeter
{
    public static readonly AppMeter Instance = new();

    readonly Meter _meter = new("Portside.Web", "1.2.3");
    readonly Counter<long> _hits;
    readonly UpDownCounter<int> _queued;
    readonly Histogram<double> _duration;
    int _level;

    AppMeter()
    {
        _hits = _meter.CreateCounter<long>("web.hits", "{hit}", "Number of hits");
        _queued = _meter.CreateUpDownCounter<int>("web.queued", "{item}", "Items in the queue");
        _duration = _meter.CreateHistogram<double>("web.duration", "ms", "Duration of the work");
        // Observable: Gauge<T> itself is not in the 8.0 runtime.
        _meter.CreateObservableGauge("web.level", Levels, "1", "A level for each zone");
    }

    IEnumerable<Measurement<int>> Levels()
    {
        yield return new(_level, new KeyValuePair<string, object?>("zone", "a"));
        yield return new(_level * 2, new KeyValuePair<string, object?>("zone", "b"));
    }

    public string Record(int n)
    {
        for (int i = 1; i <= n; i++)
        {
            _hits.Add(1, new("route", "meter"), new("method", "GET"));
            _queued.Add(i % 2 == 0 ? -1 : 1);
            _duration.Record(i, new KeyValuePair<string, object?>("kind", "x y=\"z\""));
            AppEvents.Log.Work(i);
        }
        _level = n;
        return $"recorded {n}";
    }
}
