#include <stdint.h>
#include <stdlib.h>

#include "src/config/environment.h"
#include "src/config/validate.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* "KEY=VALUE" with '|' between. In it R stands for CollectionRules:r, S for
 * R:Trigger:Settings, A for R:Actions:0:Settings. */
static void set_all(struct config_keys *keys, const char *lines)
{
    char *copy = strdup(lines), *rest = copy, *line;
    struct error err;

    while ((line = strsep(&rest, "|")) != NULL) {
        static const struct {
            const char *shortcut, *key;
        } shortcuts[] = {{"R:", "CollectionRules:r:"},
                         {"S:", "CollectionRules:r:Trigger:Settings:"},
                         {"A:", "CollectionRules:r:Actions:0:Settings:"}};
        char *equals = strchr(line, '=');
        char key[256];
        if (!equals)
            continue;
        *equals = '\0';
        (void)snprintf(key, sizeof key, "%s", line);
        for (size_t i = 0; i < COUNT_OF(shortcuts); i++) {
            if (strncmp(line, shortcuts[i].shortcut, 2) == 0)
                (void)snprintf(key, sizeof key, "%s%s", shortcuts[i].key, line + 2);
        }
        CHECK(config_keys_set(keys, key, equals + 1, "the test", &err) == 0);
    }
    free(copy);
}

#define STARTUP "R:Trigger:Type=Startup|"
#define FOLDER "Egress:FileSystem:f:DirectoryPath=/d|"
#define DUMP "R:Actions:0:Type=CollectDump|A:Egress=f|"
#define ACTION(type) STARTUP FOLDER "R:Actions:0:Type=" type "|A:Egress=f|"
#define TRIGGER(type) "R:Trigger:Type=" type "|"
#define AZURE                                                                                      \
    "Egress:AzureBlobStorage:a:AccountUri=https://x|Egress:AzureBlobStorage:a:ContainerName=c|"
#define AZURE_WITH(member) AZURE "Egress:AzureBlobStorage:a:" member
#define S3 "Egress:S3Storage:s:BucketName=b|"

enum { NONE = -1 };

/* `want`: the kind of the only fault, NONE when there must be none; `where` is its key, `told` is
 * in its text. */
static const struct {
    const char *keys;
    int want;
    const char *where, *told;
} rows[] = {
    /* Values and ranges */
    {"", NONE, NULL, NULL},
    {"urls=http://+:1|Metrics:Enabled= TRUE |Storage:DefaultSharedPath=/d", NONE, NULL, NULL},
    {"Metrics:Enabled=maybe", FAULT_ERROR, "Metrics:Enabled", "'maybe' is not true or false"},
    {"Metrics:MetricCount=0", FAULT_ERROR, "Metrics:MetricCount", "of at least 1"},
    {"Metrics:MetricCount=", NONE, NULL, NULL},
    {"Storage:ReserveMegabytes=1048577", FAULT_ERROR, "Storage:ReserveMegabytes", "0 to 1048576"},
    {"DiagnosticPort:AllowedUids:0=1|DiagnosticPort:AllowedUids:1=", FAULT_ERROR,
     "DiagnosticPort:AllowedUids:1", "a list of at least one item"},
    {"Logging:LogLevel:Default=Info", FAULT_ERROR, "Logging:LogLevel:Default", "one of Trace"},
    {"Logging:LogLevel:Microsoft.AspNetCore=warning", NONE, NULL, NULL},
    {"Logging:LogLevel:My.App=Loud", FAULT_ERROR, "Logging:LogLevel:My.App", "one of Trace"},
    {"Logging:Console:FormatterName=xml", FAULT_ERROR, "Logging:Console:FormatterName", "Systemd"},
    {"Logging:Console:FormatterOptions:SingleLine=1", FAULT_ERROR,
     "Logging:Console:FormatterOptions:SingleLine", "true or false"},
    {"GlobalCounter:IntervalSeconds=0.5", FAULT_ERROR, "GlobalCounter:IntervalSeconds",
     "1 to 86400"},
    {"GlobalCounter:Providers:System.Runtime:IntervalSeconds=86401", FAULT_ERROR,
     "GlobalCounter:Providers:System.Runtime:IntervalSeconds", "1 to 86400"},
    {"GlobalCounter:MaxHistograms=-1", FAULT_ERROR, "GlobalCounter:MaxHistograms", "at least 1"},
    {"InProcessFeatures:Exceptions:TopLevelLimit=0", FAULT_ERROR,
     "InProcessFeatures:Exceptions:TopLevelLimit", "at least 1"},
    {"Metrics:Providers:0:CounterNames:0=c", FAULT_ERROR, "Metrics:Providers:0:ProviderName",
     "is missing"},
    {"Metrics:Providers:0:ProviderName=p|Metrics:Providers:0:CounterNames:0=c", NONE, NULL, NULL},
    {"Metrics:Meters:0:InstrumentNames:0=i", FAULT_WARNING, "Metrics:Meters:0:MeterName", "set it"},
    {"$schema=https://aka.ms/dotnet-monitor-schema", NONE, NULL, NULL},
    {"DotnetMonitorDebug:Exceptions:IncludeMonitorExceptions=x", FAULT_ERROR,
     "DotnetMonitorDebug:Exceptions:IncludeMonitorExceptions", "true or false"},

    /* Port, processes */
    {"DiagnosticPort=/p", NONE, NULL, NULL},
    {"DiagnosticPort:ConnectionMode=Listen", FAULT_ERROR, "DiagnosticPort:EndpointName",
     "Storage:DefaultSharedPath"},
    {"DiagnosticPort:ConnectionMode=Listen|DiagnosticPort:EndpointName=/p", NONE, NULL, NULL},
    {"DiagnosticPort:ConnectionMode=Listen|Storage:DefaultSharedPath=/d", NONE, NULL, NULL},
    {"DiagnosticPort:ConnectionMode=Connect", NONE, NULL, NULL},
    {"CollectionRules:r=", FAULT_ERROR, "CollectionRules:r:Trigger", "is missing"},
    {"Egress:FileSystem:x=", FAULT_ERROR, "Egress:FileSystem:x:DirectoryPath", "is missing"},
    {"GlobalCounter:Providers:x=", NONE, NULL, NULL},
    {"DefaultProcess:Filters:0:Key=ProcessName", FAULT_ERROR, "DefaultProcess:Filters:0",
     "needs a value"},
    {"DefaultProcess:Filters:0:ProcessName=x", NONE, NULL, NULL},
    {"DefaultProcess:Filters:0:Key=Shoe|DefaultProcess:Filters:0:Value=1", FAULT_ERROR,
     "DefaultProcess:Filters:0:Key", "one of ProcessId"},
    {"DefaultProcess:Filters:0:ProcessName=x|DefaultProcess:Filters:0:MatchType=Like", FAULT_ERROR,
     "DefaultProcess:Filters:0:MatchType", "Exact, Contains"},

    /* Authentication */
    {"Authentication:MonitorApiKey:Subject=s|Authentication:MonitorApiKey:PublicKey=eyJ", NONE,
     NULL, NULL},
    {"Authentication:MonitorApiKey:Subject=s", FAULT_ERROR,
     "Authentication:MonitorApiKey:PublicKey", "is missing"},
    {"Authentication:MonitorApiKey:Subject=|Authentication:MonitorApiKey:PublicKey=e", FAULT_ERROR,
     "Authentication:MonitorApiKey:Subject", "is missing"},
    {"Authentication:MonitorApiKey:Subject=s|Authentication:MonitorApiKey:PublicKey=a b",
     FAULT_ERROR, "Authentication:MonitorApiKey:PublicKey", "(not shown) is not base64url"},
    {"Authentication:AzureAd:TenantId=t|Authentication:AzureAd:ClientId=c", FAULT_ERROR,
     "Authentication:AzureAd:RequiredRole", "is missing"},
    {"Authentication:AzureAd:TenantId=t|Authentication:AzureAd:RequiredRole=c", FAULT_ERROR,
     "Authentication:AzureAd:ClientId", "is missing"},
    {"Authentication:AzureAd:ClientId=t|Authentication:AzureAd:RequiredRole=c", FAULT_ERROR,
     "Authentication:AzureAd:TenantId", "is missing"},
    {"Authentication:AzureAd:ClientId=t|Authentication:AzureAd:RequiredRole=c|"
     "Authentication:AzureAd:TenantId=t|Authentication:AzureAd:Instance=login",
     FAULT_ERROR, "Authentication:AzureAd:Instance", "an absolute URI"},
    {"Authentication:AzureAd:ClientId=t|Authentication:AzureAd:RequiredRole=c|"
     "Authentication:AzureAd:TenantId=t|Authentication:MonitorApiKey:Subject=s|"
     "Authentication:MonitorApiKey:PublicKey=e",
     FAULT_ERROR, "Authentication", "exclude each other"},
    {"Authentication:Keys:ci:Subject=s|Authentication:Keys:ci:PublicKey=e|"
     "Authentication:Keys:ci:Scopes=read; trace",
     NONE, NULL, NULL},
    {"Authentication:Tokens:p:File=/f|Authentication:Tokens:p:Scopes:0=metrics|"
     "Authentication:Tokens:p:Scopes:1=all",
     FAULT_ERROR, "Authentication:Tokens:p:Scopes:1", "made of metrics"},
    {"Authentication:Tokens:p:Scopes=metrics", FAULT_ERROR, "Authentication:Tokens:p:File",
     "is missing"},
    {"Authentication:ClientCertificates:c:Scopes=read", FAULT_ERROR,
     "Authentication:ClientCertificates:c", "set Subject or Fingerprint"},

    /* Rules */
    {STARTUP FOLDER DUMP, NONE, NULL, NULL},
    {FOLDER DUMP, FAULT_ERROR, "CollectionRules:r:Trigger", "is missing"},
    {FOLDER DUMP "S:RequestCount=1", FAULT_ERROR, "CollectionRules:r:Trigger:Type", "is missing"},
    {TRIGGER("Startupp"), FAULT_ERROR, "CollectionRules:r:Trigger:Type", "'Startup' is meant"},
    {TRIGGER("startup"), FAULT_ERROR, "CollectionRules:r:Trigger:Type", "no known type"},
    {STARTUP "R:Actions:0:Type=Dump", FAULT_ERROR, "CollectionRules:r:Actions:0:Type",
     "no known type"},
    {STARTUP "R:Actions:0:Name=x", FAULT_ERROR, "CollectionRules:r:Actions:0:Type", "is missing"},
    {STARTUP "R:Filters:0:Key=ProcessName", FAULT_ERROR, "CollectionRules:r:Filters:0",
     "needs a value"},
    {STARTUP "R:Limits:ActionCount=0", FAULT_ERROR, "CollectionRules:r:Limits:ActionCount",
     "at least 1"},
    {STARTUP "R:Limits:ActionCountSlidingWindowDuration=00:00:00.9", FAULT_ERROR,
     "CollectionRules:r:Limits:ActionCountSlidingWindowDuration", "00:00:01 to 1.00:00:00"},
    {STARTUP "R:Limits:RuleDuration=366.00:00:00", FAULT_ERROR,
     "CollectionRules:r:Limits:RuleDuration", "365.00:00:00"},
    {STARTUP "R:Limits:RuleDuration=365.00:00:00", NONE, NULL, NULL},
    {ACTION("CollectDump") "R:Actions:0:Name=A|R:Actions:1:Name=A|"
                           "R:Actions:1:Type=GetEnvironmentVariable|R:Actions:1:Settings:Name=x",
     FAULT_ERROR, "CollectionRules:r:Actions:1:Name", "an earlier action"},
    {ACTION("CollectDump") "R:Actions:0:Name=A|R:Actions:1:Name=a|"
                           "R:Actions:1:Type=GetEnvironmentVariable|R:Actions:1:Settings:Name=x",
     NONE, NULL, NULL},
    {ACTION("CollectDump") "R:Actions:0:WaitForCompletion=yes", FAULT_ERROR,
     "CollectionRules:r:Actions:0:WaitForCompletion", "true or false"},

    /* Triggers */
    {TRIGGER("AspNetRequestCount"), FAULT_ERROR, "CollectionRules:r:Trigger:Settings:RequestCount",
     "CollectionRuleDefaults:Triggers:RequestCount"},
    {TRIGGER("AspNetRequestCount") "CollectionRuleDefaults:Triggers:RequestCount=4", NONE, NULL,
     NULL},
    {TRIGGER("AspNetRequestCount") "S:RequestCount=0", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:RequestCount", "at least 1"},
    {TRIGGER("AspNetRequestCount") "S:RequestCount=1|S:IncludePaths:0=/a|S:ExcludePaths:0=/b", NONE,
     NULL, NULL},
    {TRIGGER("AspNetRequestCount") "S:RequestCount=1|S:SlidingWindowDuration=1.00:00:01",
     FAULT_ERROR, "CollectionRules:r:Trigger:Settings:SlidingWindowDuration", "1.00:00:00"},
    {TRIGGER("AspNetRequestDuration") "S:RequestCount=1|S:RequestDuration=01:00:01", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:RequestDuration", "00:00:00 to 01:00:00"},
    {TRIGGER("AspNetRequestDuration") "S:RequestCount=1|S:RequestDuration=00:00:00", NONE, NULL,
     NULL},
    {TRIGGER("AspNetResponseStatus") "S:ResponseCount=1", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:StatusCodes", "is missing"},
    {TRIGGER("AspNetResponseStatus") "S:StatusCodes:0=500-599", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:ResponseCount", "is missing"},
    {TRIGGER("AspNetResponseStatus") "S:ResponseCount=1|S:StatusCodes:0=404|S:StatusCodes:1=600",
     FAULT_ERROR, "CollectionRules:r:Trigger:Settings:StatusCodes:1", "a status code"},
    {TRIGGER("AspNetResponseStatus") "S:ResponseCount=1|S:StatusCodes:0=599-500", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:StatusCodes:0", "a status code"},
    {TRIGGER("AspNetRequestCount") "S:RequestCount=1|S:IncludePaths:0=/a/***", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:IncludePaths:0", "three stars"},
    {TRIGGER("EventCounter") "S:ProviderName=p|S:CounterName=c", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings", "set GreaterThan or LessThan"},
    {TRIGGER("EventCounter") "S:ProviderName=p|S:CounterName=c|S:GreaterThan=1", NONE, NULL, NULL},
    {TRIGGER("EventCounter") "S:CounterName=c|S:GreaterThan=1", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:ProviderName", "is missing"},
    {TRIGGER("EventCounter") "S:ProviderName=p|S:GreaterThan=1", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:CounterName", "is missing"},
    {TRIGGER("EventCounter") "S:ProviderName=p|S:CounterName=c|S:GreaterThan=2|S:LessThan=1",
     FAULT_ERROR, "CollectionRules:r:Trigger:Settings:GreaterThan", "less than LessThan"},
    {TRIGGER("EventCounter") "S:ProviderName=p|S:CounterName=c|S:GreaterThan=2|S:LessThan=2",
     FAULT_WARNING, "CollectionRules:r:Trigger:Settings:GreaterThan", "never acts"},
    {TRIGGER("EventCounter") "S:ProviderName=p|S:CounterName=c|S:GreaterThan=1,5", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:GreaterThan", "'1,5' is not a number"},
    {TRIGGER(
         "EventMeter") "S:MeterName=m|S:InstrumentName=i|S:LessThan=1|S:HistogramPercentile=101",
     FAULT_ERROR, "CollectionRules:r:Trigger:Settings:HistogramPercentile", "0 to 100"},
    {TRIGGER("EventMeter") "S:MeterName=m|S:LessThan=1", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:InstrumentName", "is missing"},
    {TRIGGER("EventMeter") "S:MeterName=m|S:InstrumentName=i", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings", "set GreaterThan or LessThan"},
    {TRIGGER("CPUUsage"), NONE, NULL, NULL},
    {TRIGGER("CPUUsage") "S:GreaterThan=101", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:GreaterThan", "0 to 100"},
    {TRIGGER("CPUUsage") "S:GreaterThan=50|S:LessThan=40", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:GreaterThan", "less than LessThan"},
    {TRIGGER("GCHeapSize") "S:LessThan=4000", NONE, NULL, NULL},
    {TRIGGER("GCHeapSize") "S:LessThan=-1", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:LessThan", "at least 0"},
    {TRIGGER("ThreadpoolQueueLength") "S:GreaterThan=-0.1", FAULT_ERROR,
     "CollectionRules:r:Trigger:Settings:GreaterThan", "at least 0"},

    /* Actions */
    {STARTUP FOLDER "R:Actions:0:Type=CollectGCDump", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Egress", "CollectionRuleDefaults:Actions:Egress"},
    {STARTUP FOLDER "R:Actions:0:Type=CollectGCDump|CollectionRuleDefaults:Actions:Egress=F", NONE,
     NULL, NULL},
    {STARTUP FOLDER "R:Actions:0:Type=CollectGCDump|CollectionRuleDefaults:Actions:Egress=g",
     FAULT_ERROR, "CollectionRules:r:Actions:0:Settings:Egress", "'g' is not configured"},
    {STARTUP DUMP, FAULT_ERROR, "CollectionRules:r:Actions:0:Settings:Egress",
     "Egress:FileSystem:f:DirectoryPath"},
    {STARTUP DUMP "Egress:Properties:f=x", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Egress", "not configured"},
    {STARTUP DUMP "Egress:Anything:f:x=y", NONE, NULL, NULL},
    {ACTION("CollectDump") "A:Type=Huge", FAULT_ERROR, "CollectionRules:r:Actions:0:Settings:Type",
     "one of Full, Mini, WithHeap, Triage"},
    {ACTION("CollectTrace"), FAULT_ERROR, "CollectionRules:r:Actions:0:Settings",
     "set Profile or Providers"},
    {ACTION("CollectTrace") "A:Profile=Cpu,Http", NONE, NULL, NULL},
    {ACTION("CollectTrace") "A:Profile=Gpu", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Profile", "made of Cpu"},
    {ACTION("CollectTrace") "A:Profile=Cpu|A:Providers:0:Name=p", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Profile", "excludes Providers"},
    {ACTION("CollectTrace") "A:Profile=Cpu|A:StoppingEvent:ProviderName=p|"
                            "A:StoppingEvent:EventName=e",
     FAULT_ERROR, "CollectionRules:r:Actions:0:Settings:Profile", "excludes StoppingEvent"},
    {ACTION("CollectTrace") "A:Providers:0:Name=p|A:StoppingEvent:ProviderName=p|"
                            "A:StoppingEvent:EventName=e",
     NONE, NULL, NULL},
    {ACTION("CollectTrace") "A:Providers:0:Name=q|A:Providers:1:Name=P|"
                            "A:StoppingEvent:ProviderName=p|A:StoppingEvent:EventName=e",
     FAULT_ERROR, "CollectionRules:r:Actions:0:Settings:StoppingEvent:ProviderName",
     "none of Providers"},
    {ACTION("CollectTrace") "A:Providers:0:Keywords=0xF", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Providers:0:Name", "is missing"},
    {ACTION("CollectTrace") "A:Providers:0:Name=p|A:Providers:0:Keywords=all", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Providers:0:Keywords", "64-bit"},
    {ACTION("CollectTrace") "A:Profile=Cpu|A:BufferSizeMegabytes=1025", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:BufferSizeMegabytes", "1 to 1024"},
    {ACTION("CollectTrace") "A:Profile=Cpu|A:Duration=00:00:00", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Duration", "00:00:01 to 1.00:00:00"},
    {ACTION("CollectLogs") "A:FilterSpecs:My.App=Chatty", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:FilterSpecs:My.App", "one of Trace"},
    {ACTION("CollectLogs") "A:Format=Xml", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Format", "NewlineDelimitedJson"},
    {ACTION("CollectLiveMetrics") "A:Meters:0:InstrumentNames:0=i", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Meters:0:MeterName", "is missing"},
    {ACTION("CollectStacks"), NONE, NULL, NULL},
    {ACTION("CollectStacks") "InProcessFeatures:CallStacks:Enabled=false", FAULT_WARNING,
     "CollectionRules:r:Actions:0:Settings", "InProcessFeatures:CallStacks:Enabled"},
    {ACTION("CollectStacks") "InProcessFeatures:Enabled=false", FAULT_WARNING,
     "CollectionRules:r:Actions:0:Settings", "InProcessFeatures:Enabled"},
    {ACTION("CollectStacks") "InProcessFeatures:Enabled=true", NONE, NULL, NULL},
    {ACTION("CollectExceptions") "InProcessFeatures:Enabled=true|"
                                 "InProcessFeatures:Exceptions:Enabled=false",
     FAULT_WARNING, "CollectionRules:r:Actions:0:Settings", "InProcessFeatures:Exceptions"},
    {ACTION("CollectExceptions") "InProcessFeatures:Exceptions:Enabled=true|"
                                 "A:Filters:Include:0:TypeName=x",
     NONE, NULL, NULL},
    {STARTUP "R:Actions:0:Type=Execute", FAULT_ERROR, "CollectionRules:r:Actions:0:Settings:Path",
     "is missing"},
    {STARTUP "R:Actions:0:Type=LoadProfiler|A:Path=/p|A:Clsid=x", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Clsid", "a GUID"},
    {STARTUP "R:Actions:0:Type=LoadProfiler|A:Path=/p", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Clsid", "is missing"},
    {STARTUP "R:Actions:0:Type=SetEnvironmentVariable|A:Value=v", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Name", "is missing"},
    {STARTUP "R:Actions:0:Type=GetEnvironmentVariable", FAULT_ERROR,
     "CollectionRules:r:Actions:0:Settings:Name", "is missing"},

    /* Templates */
    {"R:Trigger=t|Templates:CollectionRuleTriggers:t:Type=Startup", NONE, NULL, NULL},
    {"R:Trigger=t", FAULT_ERROR, "CollectionRules:r:Trigger", "Templates:CollectionRuleTriggers:t"},
    {STARTUP "R:Limits=l", FAULT_ERROR, "CollectionRules:r:Limits",
     "Templates:CollectionRuleLimits:l"},
    {STARTUP "R:Filters:0=f", FAULT_ERROR, "CollectionRules:r:Filters:0",
     "Templates:CollectionRuleFilters:f"},
    {STARTUP "R:Actions:0=a", FAULT_ERROR, "CollectionRules:r:Actions:0",
     "Templates:CollectionRuleActions:a"},
    {STARTUP FOLDER "R:Actions:0=a|Templates:CollectionRuleActions:a:Type=CollectDump|"
                    "Templates:CollectionRuleActions:a:Settings:Egress=f",
     NONE, NULL, NULL},
    {"Templates:CollectionRuleTriggers:t:Type=CPUUsage|"
     "Templates:CollectionRuleTriggers:t:Settings:LessThan=101",
     FAULT_ERROR, "Templates:CollectionRuleTriggers:t:Settings:LessThan", "0 to 100"},
    {"Templates:CollectionRuleFilters:f:Key=ProcessName", FAULT_ERROR,
     "Templates:CollectionRuleFilters:f", "needs a value"},
    {"CollectionRuleDefaults:Triggers:RequestCount=0", FAULT_ERROR,
     "CollectionRuleDefaults:Triggers:RequestCount", "at least 1"},
    {"CollectionRuleDefaults:Limits:RuleDuration=00:00:00", FAULT_ERROR,
     "CollectionRuleDefaults:Limits:RuleDuration", "365.00:00:00"},

    /* Destinations */
    {"Egress:FileSystem:f:IntermediateDirectoryPath=/i", FAULT_ERROR,
     "Egress:FileSystem:f:DirectoryPath", "is missing"},
    {FOLDER "Egress:FileSystem:f:CopyBufferSize=0", FAULT_ERROR,
     "Egress:FileSystem:f:CopyBufferSize", "at least 1"},
    {FOLDER "Egress:Other:F:x=y", FAULT_WARNING, "Egress:Other:F:x", "there twice"},
    {AZURE, FAULT_ERROR, "Egress:AzureBlobStorage:a", "no credentials"},
    {AZURE_WITH("AccountKey=k"), NONE, NULL, NULL},
    {AZURE_WITH("SharedAccessSignature=k"), NONE, NULL, NULL},
    {AZURE_WITH("ManagedIdentityClientId=k"), NONE, NULL, NULL},
    {AZURE_WITH("UseWorkloadIdentityFromEnvironment=true"), NONE, NULL, NULL},
    {AZURE_WITH("UseWorkloadIdentityFromEnvironment=false"), FAULT_ERROR,
     "Egress:AzureBlobStorage:a", "no credentials"},
    {AZURE_WITH("AccountKeyName=n|Egress:Properties:n=k"), NONE, NULL, NULL},
    {AZURE_WITH("AccountKeyName=n"), FAULT_ERROR, "Egress:AzureBlobStorage:a:AccountKeyName",
     "Egress:Properties:n"},
    {AZURE_WITH("AccountKey=k|Egress:AzureBlobStorage:a:QueueName=q"), FAULT_WARNING,
     "Egress:AzureBlobStorage:a", "go together"},
    {AZURE_WITH("AccountKey=k|Egress:AzureBlobStorage:a:QueueName=q|"
                "Egress:AzureBlobStorage:a:QueueAccountUri=q"),
     FAULT_ERROR, "Egress:AzureBlobStorage:a:QueueAccountUri", "an absolute URI"},
    {AZURE_WITH("AccountKey=k|Egress:AzureBlobStorage:a:QueueSharedAccessSignatureName=q"),
     FAULT_ERROR, "Egress:AzureBlobStorage:a:QueueSharedAccessSignatureName",
     "Egress:Properties:q"},
    {"Egress:AzureBlobStorage:a:AccountKey=k|Egress:AzureBlobStorage:a:AccountUri=https://x",
     FAULT_ERROR, "Egress:AzureBlobStorage:a:ContainerName", "is missing"},
    {S3, NONE, NULL, NULL},
    {"Egress:S3Storage:s:RegionName=r", FAULT_ERROR, "Egress:S3Storage:s:BucketName", "is missing"},
    {S3 "Egress:S3Storage:s:AccessKeyId=i", FAULT_ERROR, "Egress:S3Storage:s:SecretAccessKey",
     "AccessKeyId needs it"},
    {S3 "Egress:S3Storage:s:SecretAccessKey=i", FAULT_WARNING, "Egress:S3Storage:s:AccessKeyId",
     "no effect without it"},
    {S3 "Egress:S3Storage:s:Endpoint=http://e", FAULT_WARNING, "Egress:S3Storage:s:Endpoint",
     "together with"},
    {S3 "Egress:S3Storage:s:KmsEncryptionKey=k", FAULT_WARNING,
     "Egress:S3Storage:s:KmsEncryptionKey", "UseKmsEncryption"},
    {S3 "Egress:S3Storage:s:PreSignedUrlExpiry=00:00:59", FAULT_ERROR,
     "Egress:S3Storage:s:PreSignedUrlExpiry", "00:01:00 to 1.00:00:00"},
    {"Egress=", NONE, NULL, NULL},
};

static void check_row(size_t i, const struct config_faults *f)
{
    if (f->count != (rows[i].want == NONE ? 0 : 1))
        config_faults_print(f, stdout);
    CHECK_AT(rows[i].keys, f->count == (rows[i].want == NONE ? 0 : 1));
    if (rows[i].want == NONE || f->count == 0)
        return;
    CHECK_AT(rows[i].keys, (int)f->items[0].kind == rows[i].want);
    CHECK_AT(f->items[0].key, strcmp(f->items[0].key, rows[i].where) == 0);
    CHECK_AT(f->items[0].text, strstr(f->items[0].text, rows[i].told) != NULL);
    CHECK_AT(f->items[0].origin, f->items[0].origin[0] != '\0');
}

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct config_keys keys = {0};
        struct config_faults f = {0};
        set_all(&keys, rows[i].keys);
        config_validate(&keys, &f);
        check_row(i, &f);
        config_faults_deinit(&f);
        config_keys_deinit(&keys);
    }
}

/* Of DotnetMonitor_ variables: keys that nobody knows, with the nearest; keys without effect. */
static void test_environment(void)
{
    static const char *const environment[] = {
        "DotnetMonitor_Storage__DumpTempFolders=/x",
        "DotnetMonitor_Urls__0=x",
        "DOTNETMONITOR_DiagnosticPort__AllowedUids__3=1",
        "DotnetMonitor_CollectionRules__r__Trigger__Type=CPUUsage",
        "DotnetMonitor_CollectionRules__r__Trigger__Settings__LesThan=5",
        "DotnetMonitor_Egress__Mine__a__b=c",
        "DotnetMonitor_Kestrel__Limits__MaxConcurrentConnections=1",
        "DotnetMonitor_Storage=1",
        "DotnetMonitorTestSettings__A=1",
        "DOTNET_NoSuch=1",
        "ASPNETCORE_GlobalCounters__X=1",
        "Metrics=maybe",
        "PATH=/bin",
        NULL};
    struct config_keys keys = {0};
    struct config_faults f = {0};
    struct error err;

    CHECK(config_keys_add_environment(&keys, (char *const *)(uintptr_t)environment, &err) == 0);
    config_validate(&keys, &f);
    char *unknown = config_faults_keys(&f, FAULT_UNKNOWN);
    char *later = config_faults_keys(&f, FAULT_LATER);
    char *odd = config_faults_keys(&f, FAULT_WARNING);
    CHECK(unknown && strcmp(unknown, "CollectionRules:r:Trigger:Settings:LesThan, Kestrel:Limits, "
                                     "Storage:DumpTempFolders, Urls:0") == 0);
    CHECK(later && strcmp(later, "Egress:Mine") == 0);
    CHECK(odd && strcmp(odd, "Storage") == 0);
    CHECK(f.kinds[FAULT_ERROR] == 0);
    for (size_t i = 0; i < f.count; i++) {
        if (strcmp(f.items[i].key, "Storage:DumpTempFolders") == 0)
            CHECK(strstr(f.items[i].text, "'DumpTempFolder'") != NULL);
        if (strcmp(f.items[i].key, "CollectionRules:r:Trigger:Settings:LesThan") == 0)
            CHECK(strstr(f.items[i].text, "'LessThan'") != NULL);
        CHECK(strcmp(f.items[i].origin, "DotnetMonitor_* environment") == 0);
    }
    free(unknown);
    free(later);
    free(odd);
    config_faults_deinit(&f);
    config_keys_deinit(&keys);
}

static void test_print(void)
{
    struct config_keys keys = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    REQUIRE(out != NULL);
    CHECK(config_validate_print(&keys, out) == 0);
    set_all(&keys, "Metrics:Enabled=maybe");
    CHECK(config_validate_print(&keys, out) == 1);
    (void)fclose(out);
    CHECK(strcmp(text, "0 errors, 0 warnings\n"
                       "error: Metrics:Enabled (the test): 'maybe' is not true or false\n"
                       "1 error, 0 warnings\n") == 0);
    free(text);
    config_keys_deinit(&keys);
}

TEST_SUITE("config/validate", {"rows", test_rows}, {"environment", test_environment},
           {"print", test_print})
