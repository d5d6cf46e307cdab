// Every operation of the document: how the generated client calls it, and what it must see. When a
// route is served at last, its row changes from `unserved` to what it answers.
import * as sdk from './client';

export interface Answer {
    response: Response;
    data?: unknown;
    error?: unknown;
}

export interface Row {
    id: string; // operationId
    status: number;
    call: () => Promise<Answer>;
    holds?: (data: any) => boolean; // of an answer that is no error
}

// `whole`: name of a process whose dumps end. `held`: of one whose dumps begin and go on until they
// are cancelled. Beside them there are `counters`, whose session tells counters, and `heap`, whose
// session tells a heap.
export function operations(whole: string, held: string): Row[] {
    const query = { name: whole };
    const unserved = 501;
    const methods = [{ moduleName: 'app.dll', typeName: 'App.Program', methodName: 'Main' }];

    async function newestOperation(): Promise<string> {
        const list = await sdk.getOperations({ query, throwOnError: true });
        const newest = list.data[list.data.length - 1];
        return newest.operationId!;
    }

    async function cancelHeld(): Promise<Answer> {
        const dump = await sdk.captureDump({ query: { name: held }, parseAs: 'stream' });
        const location = dump.response.headers.get('Location') ?? '';
        const operationId = location.slice(location.lastIndexOf('/') + 1);
        return sdk.cancelOperation({ path: { operationId }, query: { stop: false } });
    }

    return [
        {
            id: 'GetProcesses',
            status: 200,
            call: () => sdk.getProcesses(),
            holds: (list) => list.length === 4 && typeof list[0].uid === 'string',
        },
        {
            id: 'GetProcessInfo',
            status: 200,
            call: () => sdk.getProcessInfo({ query }),
            holds: (process) => process.name === whole && process.operatingSystem === 'Linux',
        },
        {
            id: 'GetProcessEnvironment',
            status: 200,
            call: () => sdk.getProcessEnvironment({ query }),
            holds: (environment) => Object.keys(environment).length > 0,
        },
        {
            id: 'CaptureDump',
            status: 200,
            call: () => sdk.captureDump({ query: { ...query, type: 'Mini', tags: 'a,b' } }),
            holds: (dump) => dump.size > 0,
        },
        {
            id: 'CaptureGcDump',
            status: 200,
            call: () => sdk.captureGcDump({ query: { name: 'heap' } }),
            holds: (heap) => heap.size > 0,
        },
        {
            id: 'CaptureTrace',
            status: 200,
            call: () => sdk.captureTrace({ query: { ...query, profile: 'Cpu', durationSeconds: 0 } }),
            holds: (trace) => trace.size > 0,
        },
        {
            id: 'CaptureTraceCustom',
            status: 200,
            call: () =>
                sdk.captureTraceCustom({
                    query: { ...query, durationSeconds: 0 },
                    body: {
                        providers: [{ name: 'System.Runtime', eventLevel: 'Warning', keywords: '0x1' }],
                        requestRundown: false,
                        bufferSizeInMB: 64,
                    },
                }),
            holds: (trace) => trace.size > 0,
        },
        {
            id: 'CaptureLogs',
            status: 200,
            call: () => sdk.captureLogs({ query: { ...query, level: 'Debug', durationSeconds: 0 } }),
        },
        {
            id: 'CaptureLogsCustom',
            status: 200,
            call: () =>
                sdk.captureLogsCustom({
                    query: { ...query, durationSeconds: 0 },
                    body: { logLevel: 'Information', filterSpecs: { Microsoft: 'Warning' } },
                }),
        },
        {
            id: 'GetInfo',
            status: 200,
            call: () => sdk.getInfo(),
            holds: (info) => info.diagnosticPortMode === 'Listen' && info.capabilities.length === 5,
        },
        {
            id: 'GetCollectionRulesDescription',
            status: 200,
            call: () => sdk.getCollectionRulesDescription({ query }),
            holds: (rules) => typeof rules['some rule'].stateReason === 'string',
        },
        {
            id: 'GetCollectionRuleDetailedDescription',
            status: 200,
            call: () =>
                sdk.getCollectionRuleDetailedDescription({
                    path: { collectionRuleName: 'some rule' },
                    query,
                }),
            holds: (rule) => rule.state === 'Finished' && rule.actionCountLimit === 5,
        },
        {
            id: 'CaptureParameters',
            status: unserved,
            call: () =>
                sdk.captureParameters({
                    query: { ...query, durationSeconds: 1 },
                    body: { methods, captureLimit: 1 },
                }),
        },
        {
            id: 'CaptureStacks',
            status: 200,
            call: () => sdk.captureStacks({ query, parseAs: 'text' }),
            holds: (text) => text.includes('Thread: (0x7)'),
        },
        {
            id: 'DiagnoseThreadPool',
            status: 200,
            call: () => sdk.diagnoseThreadPool({ query: { ...query, durationSeconds: 1 }, parseAs: 'text' }),
            holds: (text) => text.includes('Lock waits:'),
        },
        {
            id: 'CaptureMetrics',
            status: 200,
            // It listens to the scrape, which has had all that this process tells.
            call: () => sdk.captureMetrics({ query: { name: 'counters', durationSeconds: 1 }, parseAs: 'text' }),
        },
        {
            id: 'CaptureMetricsCustom',
            status: 200,
            call: () =>
                sdk.captureMetricsCustom({
                    query: { name: 'counters', durationSeconds: 1 },
                    parseAs: 'text',
                    body: { includeDefaultProviders: true, meters: [{ meterName: 'App' }] },
                }),
            holds: (records) => records.includes('"name":"cpu-usage"'),
        },
        {
            id: 'GetPprof',
            status: 200,
            call: () => sdk.getPprof(),
        },
        {
            id: 'CapturePprofProfile',
            status: 200,
            call: () => sdk.capturePprofProfile({ query: { ...query, seconds: 1 } }),
            holds: (profile) => profile.size > 0,
        },
        {
            id: 'CapturePprofAllocs',
            status: 200,
            call: () => sdk.capturePprofAllocs({ query: { ...query, seconds: 1 } }),
            holds: (profile) => profile.size > 0,
        },
        {
            id: 'GetExceptions',
            status: 200,
            call: () => sdk.getExceptions({ query }),
        },
        {
            id: 'CaptureExceptionsCustom',
            status: 200,
            call: () =>
                sdk.captureExceptionsCustom({
                    query,
                    body: { include: [{ exceptionType: 'System.InvalidOperationException' }] },
                }),
        },
        {
            id: 'GetMetrics',
            status: 200,
            call: () => sdk.getMetrics(),
            holds: (page) => page.includes('portside_build_info'),
        },
        {
            id: 'GetOperations',
            status: 200,
            call: () => sdk.getOperations({ query: { ...query, tags: 'b' } }),
            holds: (list) => list.length === 1 && list[0].tags.length === 2,
        },
        {
            id: 'GetOperationStatus',
            status: 201,
            call: async () =>
                sdk.getOperationStatus({ path: { operationId: await newestOperation() } }),
            holds: (operation) => operation.status === 'Succeeded' && operation.process.name === whole,
        },
        {
            id: 'CancelOperation',
            status: 200,
            call: cancelHeld,
        },
        {
            id: 'GetHealth',
            status: 200,
            call: () => sdk.getHealth(),
        },
        {
            id: 'GetReadiness',
            status: 200,
            call: () => sdk.getReadiness(),
        },
    ];
}
