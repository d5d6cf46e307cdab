using System.Diagnostics.Tracing;

namespace Portside.TestApps.Meters;

// One EventCounter of each kind.
[EventSource(Name = "Portside.Counters")]
sealed class Counters : EventSource
{
    public static readonly Counters Log = new();

    long _ticks;
    readonly EventCounter _work;
    readonly IncrementingEventCounter _rate;
    readonly PollingCounter _constant;
    readonly IncrementingPollingCounter _polled;

    Counters()
    {
        _work = new EventCounter("work", this) { DisplayName = "Work, of all", DisplayUnits = "ms" };
        _work.AddMetadata("shard", "a");
        _work.AddMetadata("zone", "b=c");
        _rate = new IncrementingEventCounter("ticks", this)
        {
            DisplayName = "Ticks",
            DisplayRateTimeScale = TimeSpan.FromSeconds(1),
        };
        _constant = new PollingCounter("constant", this, () => 42.5) { DisplayName = "Constant" };
        _polled = new IncrementingPollingCounter("polled-ticks", this, () => Interlocked.Read(ref _ticks))
        {
            DisplayName = "Polled \"Ticks\"",
            DisplayUnits = "tick",
        };
    }

    [NonEvent]
    public void Tick(int n)
    {
        Interlocked.Increment(ref _ticks);
        _rate.Increment();
        _work.WriteMetric(n % 100);
    }
}
