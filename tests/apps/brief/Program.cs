// brief [MS]: prints one line, lives for MS milliseconds (300 if not given) and exits with 0.
int ms = args.Length > 0 ? int.Parse(args[0]) : 300;
Console.WriteLine($"brief: {ms} ms");
Thread.Sleep(ms);
