using Portside.TestApps.Meters;

// meters: counters and instruments of every kind, a hundred values a second, until it is killed.
var instruments = new Instruments();
var exact = new ExactInstruments();
_ = ExactCounters.Log;
Console.WriteLine("meters: running");
for (int n = 0; ; n++)
{
    Counters.Log.Tick(n);
    instruments.Tick(n);
    Thread.Sleep(10);
    GC.KeepAlive(exact);
}
