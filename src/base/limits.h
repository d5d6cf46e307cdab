/*
 * base/limits.h - every bound on what comes from outside, with the origin of its number.
 *
 * Units are in the names: _MS milliseconds, no suffix bytes or counts.
 */
#pragma once

enum {
    /* IPC */
    LIMIT_IPC_ENVIRONMENT =
        4 * 1024 * 1024,       /* exec's strings end at 2 MiB by default; twice as UTF-16 */
    LIMIT_ADVERTISE_MS = 5000, /* the runtime sends its 34 bytes in the same breath as connect() */
    LIMIT_IPC_CONNECTIONS = 256, /* accepted and not yet advertised; half of it for one user: far
                                    below the 1024 descriptors that a process has at the least */
    LIMIT_REFUSED = 64,          /* connections of users who may not, held open */
    LIMIT_REFUSED_MS = 5000,     /* a refused runtime is back within 0.3 ms of the close */
    LIMIT_REFUSED_TOLD = 16,     /* refused users that are named in the log in one minute */
    LIMIT_TARGETS = 1024,
    LIMIT_TARGETS_PER_UID = 512, /* no user of the socket can crowd out the others */
    LIMIT_TARGET_QUEUE = 64,     /* requests that wait for one target's connection */

    /* HTTP */
    LIMIT_HTTP_HEAD = 32 * 1024, /* Kestrel's default for request line plus headers */
    LIMIT_HTTP_HEADERS = 100,    /* Kestrel's default */
    LIMIT_HTTP_BODY = 32 * 1024, /* our largest sensible body is a provider list of some KB; bodies
                                    are buffered before a key is looked at */
    LIMIT_HTTP_CONNECTIONS = 256,
    LIMIT_HTTP_HEAD_MS = 30 * 1000, /* Kestrel's RequestHeadersTimeout */
    LIMIT_HTTP_BODY_MS = 60 * 1000,
    LIMIT_HTTP_IDLE_MS = 130 * 1000,     /* Kestrel's KeepAliveTimeout */
    LIMIT_HTTP_STALL_MS = 5 * 60 * 1000, /* a client that takes no byte of an answer for so long */

    /* Configuration */
    LIMIT_CONFIG_KEY = 512,           /* with its NUL; ten times what a rule's settings need */
    LIMIT_CONFIG_FILE = 1024 * 1024,  /* a settings file, or one of a key-per-file folder: what a
                                         Kubernetes ConfigMap can hold at the most */
    LIMIT_CONFIG_LEVELS = 64,         /* of a key: as deep as JSON may be */
    LIMIT_CONFIG_KEYS = 16 * 1024,    /* keys of all sources together */
    LIMIT_CONFIG_FILES = 1024,        /* files in a key-per-file folder */
    LIMIT_CONFIG_SETTLE_MS = 250,     /* after a change, for the rest of it to be written */
    LIMIT_CONFIG_POLL_MS = 10 * 1000, /* for folders that report no changes */
    LIMIT_JSON_DEPTH = 64,            /* System.Text.Json's default */

    /* TLS */
    LIMIT_TLS_HANDSHAKE_MS = 10 * 1000,   /* Kestrel's HandshakeTimeout */
    LIMIT_CERTIFICATE_FILE = 1024 * 1024, /* a bundle of all public authorities has 200 KB */

    /* Authentication */
    LIMIT_TOKEN = 32 * 1024,     /* a request's head has no room for more */
    LIMIT_KEY_JSON = 32 * 1024,  /* an RSA key of 16384 bits with all private parts has 14 KB */
    LIMIT_RSA_BITS_MIN = 2048,   /* NIST SP 800-131A; .NET takes 1024 */
    LIMIT_RSA_BITS_MAX = 16384,  /* OpenSSL's own bound for verification */
    LIMIT_CREDENTIALS = 64,      /* of each kind, configured */
    LIMIT_TOKEN_FILE = 4 * 1024, /* a bearer token in a file */
    LIMIT_TOKEN_FILE_MIN = 32,   /* characters: 128 bits in hex */
    LIMIT_AUTH_CACHE = 64,       /* verified tokens that are remembered */
    LIMIT_AUTH_WAITING = 32,     /* requests that wait for signing keys */
    LIMIT_OIDC_DOCUMENT = 256 * 1024, /* discovery and keys; Entra ID's have 2 and 15 KB */
    LIMIT_OIDC_KEYS = 64,             /* Entra ID publishes about 10 */
    LIMIT_OIDC_TEXT = 1024,           /* an issuer, an address */
    LIMIT_OIDC_CONNECT_MS = 5 * 1000,
    LIMIT_OIDC_TOTAL_MS = 10 * 1000, /* of one fetch */

    /* Operations */
    LIMIT_OPERATIONS_KEPT = 4096,  /* ended ones, the oldest forgotten first */
    LIMIT_EGRESS_OPERATIONS = 256, /* artifacts on their way to destinations, rules' included */
    LIMIT_EGRESS_PENDING = 1024 * 1024, /* bytes that wait to be written to a file */
    LIMIT_TAGS = 64,
    LIMIT_PROFILE_RESULT_MEMORY = 1024 * 1024, /* of a converted trace; more goes to a file */
    LIMIT_GCDUMP_COLLECT_MS = 120 * 1000,      /* the app stands still: 6 s for 12 M objects */
    LIMIT_GCDUMP_START_MS = 5 * 1000,          /* until the collection begins; the peer's */
    LIMIT_GCDUMP_SILENCE_MS = 30 * 1000,       /* between two pieces of a snapshot */
    LIMIT_SPOOL = 1024 * 1024 * 1024, /* of one trace whose client is slow: four times the buffer in
                                         the runtime, and rundown */

    /* Metrics */
    LIMIT_METRIC_POINTS = 1024,  /* per series: an hour and a half of 5 s intervals */
    LIMIT_METRIC_SERIES = 32768, /* in all: MaxTimeSeries' default is 1000 per process */
    LIMIT_METRIC_SERIES_PER_PROCESS = 8192,
    LIMIT_METRIC_BYTES = 32 * 1024 * 1024, /* of all series: 1 KiB for each */
    LIMIT_METRIC_BYTES_PER_PROCESS = 8 * 1024 * 1024,
    LIMIT_METRIC_TEXT = 1024, /* a provider, name, unit or description */
    LIMIT_METRIC_TAGS = 4096, /* all tags of a series, as told */
    LIMIT_METRIC_LABELS = 64, /* of a series */
    LIMIT_METRIC_QUANTILES = 32,
    LIMIT_METRIC_READERS = 16,            /* connections of scrapers */
    LIMIT_METRIC_PAGE = 32 * 1024 * 1024, /* ten times what a scraper takes gladly */
    LIMIT_METRIC_PAGE_KEPT = 256 * 1024,  /* for who asks again; 5,000 series */
    LIMIT_METRIC_PAGE_KEPT_MS = 1000,
    LIMIT_METRIC_PRESENT_MS = 10 * 1000, /* beyond three intervals: a gauge's value may be so old */
    LIMIT_METRIC_SILENT_MS = 5 * 60 * 1000, /* then a series may make room: Prometheus looks back
                                               as far */
    LIMIT_METRIC_INTERVAL = 24 * 3600,  /* seconds: the longest that is asked for (CONTRACT 11.1) */
    LIMIT_METRIC_SWEEP_MS = 10 * 1000,  /* between two looks for such series */
    LIMIT_LIVE_RECORDS = 1000,          /* that wait for a slow client; the peer's number */
    LIMIT_LIVE_BYTES = 4 * 1024 * 1024, /* of them; some hundred bytes are usual for one */
    LIMIT_LIVE_TOLD = 64,               /* different lines of log about one request's metrics */
    LIMIT_METRIC_PROBLEMS = 16,         /* of one process, that are told one by one */
    LIMIT_METRIC_PROBLEM_TEXT = 1024,
    LIMIT_METRICS_FILTERS = 1024,     /* counters and instruments that are asked for by name */
    LIMIT_METRICS_EVENT = 128 * 1024, /* payload; EventSource writes none above 64 KiB */
    LIMIT_METRICS_INSTRUMENTS = 4096, /* whose descriptions are kept, of one session */
    LIMIT_METRICS_DESCRIPTIONS = 4 * 1024 * 1024, /* all of them together */
    LIMIT_METRICS_QUANTILES = 64,                 /* of one histogram; .NET tells three */

    /* OTLP */
    LIMIT_OTLP_BODY = 512 * 1024,  /* of one push, before compression: far below the 4 to 20 MiB
                                      that collectors take */
    LIMIT_OTLP_TURN = 128 * 1024,  /* of metrics, at one go: the loop has other work too */
    LIMIT_OTLP_ANSWER = 64 * 1024, /* of a collector */
    LIMIT_OTLP_CONNECT_MS = 5 * 1000,
    LIMIT_OTLP_RETRY_MS = 1000,          /* first wait after a failure; doubles */
    LIMIT_OTLP_RETRY_MAX_MS = 60 * 1000, /* up to this */
    LIMIT_OTLP_RETRY_AFTER =
        15 * 60, /* seconds: the longest wish of a collector that is followed */
    LIMIT_OTLP_AGE_MS = 15 * 60 * 1000, /* what has waited longer when a push fails is dropped */
    LIMIT_OTLP_FLUSH_MS = 3000,         /* at the end, for what is left */
    LIMIT_OTLP_TOLD_MS = 60 * 1000,     /* between two lines of log of one kind */

    /* Logs of applications */
    LIMIT_LOGS_SCOPES = 10000,                 /* as the peer */
    LIMIT_LOGS_SCOPE_BYTES = 8 * 1024 * 1024,  /* all together: 800 bytes each */
    LIMIT_LOGS_SCOPE_DEPTH = 100,              /* around one line */
    LIMIT_LOGS_AROUND = 64 * 1024,             /* bytes of them: as much as one event can have */
    LIMIT_LOGS_PAIRS = 256,                    /* of a line or scope */
    LIMIT_LOGS_MESSAGE = 1024 * 1024,          /* a template may name a long value many times */
    LIMIT_LOGS_WIDTH = 1024,                   /* that a template pads a value to */
    LIMIT_LOGS_HALVES = 128,                   /* threads between the two events of one line */
    LIMIT_LOGS_SORTED_BYTES = 4 * 1024 * 1024, /* events that wait for older ones; a runtime sends
                                                  what it has every 100 ms */
    LIMIT_LOGS_SPOOL = 64 * 1024 * 1024, /* lines for a slow reader; temporary folders may lie in
                                            memory */

    /* Collection rules */
    LIMIT_RULE_GLOB = 1024,          /* characters of a pattern for paths */
    LIMIT_RULE_GLOBS = 256,          /* patterns of one list */
    LIMIT_RULE_PATH = 16 * 1024,     /* of a request; Kestrel takes 8 KiB for its first line */
    LIMIT_RULE_REQUESTS = 64 * 1024, /* open at a time, whose duration is watched: 24 bytes each */
    LIMIT_RULE_SERIES = 4096,        /* sets of tags of one instrument */
    LIMIT_RULE_SILENT_INTERVALS = 2, /* requests are counted and no event tells of one */

    /* Stacks */
    LIMIT_STACKS_START_MS = 1500,        /* the reply to CollectTracing; a hung process is described
                                            within 2 s */
    LIMIT_STACKS_SAMPLING_MS = 50,       /* a few rounds of the sampler, each of which suspends the
                                            process; dotnet-stack takes 10 */
    LIMIT_STACKS_SAMPLING_LONG_MS = 250, /* when that was not enough */
    LIMIT_STACKS_END_MS = 8 * 1000,      /* for the names; 100,000 methods take a second */
    LIMIT_THREADPOOL_START_MS = 5 * 1000, /* of /diagnose/threadpool: a process without CPU may
                                             take a while */

    /* Rules */
    LIMIT_RULE_OCCURRENCES = 16 * 1024, /* times that a window remembers: one every 5 s of a day */
    LIMIT_RULE_SETTING = 1024 * 1024, /* a setting with its tokens replaced; exec takes far less */

    /* Exceptions */
    LIMIT_EXCEPTIONS = 1000, /* kept of one process, whatever TopLevelLimit says; as many wait
                                for the names that a filter needs */
    LIMIT_EXCEPTIONS_BYTES = 4 * 1024 * 1024, /* of them; an event has at most 64 KiB and a stack of
                                                 100 frames */
    LIMIT_EXCEPTION_FILTERS = 256,
    LIMIT_EXCEPTION_NAMES_START_MS = 5 * 1000, /* the reply to CollectTracing */
    LIMIT_EXCEPTION_NAMES_END_MS = 8 * 1000,   /* 100,000 methods take a second */
    LIMIT_EXCEPTION_RETRY_MS = 5 * 1000,       /* first wait after a refusal; doubles */
    LIMIT_EXCEPTION_RETRY_MAX_MS = 60 * 1000,
    LIMIT_EXCEPTION_JUDGE_MS = 10 * 1000, /* first wait until names are asked for on behalf of a
                                             filter; doubles */
    LIMIT_EXCEPTION_JUDGE_MAX_MS = 5 * 60 * 1000,

    /* Log */
    LIMIT_LOG_TIMESTAMP = 256, /* a timestamp format: each letter becomes a few characters */
    LIMIT_LOG_RULES = 256,     /* levels of categories */
    LIMIT_LOG_WAIT_MS = 1000,  /* for a console that takes nothing; then the line is lost */

    /* Configuration */
    LIMIT_CONFIG_FAULTS = 1000, /* faults that are told one by one */
    LIMIT_CONFIG_SHOWN = 120,   /* characters of a faulty value in a message */
};
