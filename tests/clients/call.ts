// call.js DOCUMENT URL WHOLE HELD: calls every operation of the document with the generated client.
// One line each, then "N passed, N failed".
import { readFileSync } from 'node:fs';
import { client } from './client/client.gen';
import { operations, type Answer, type Row } from './operations';

interface Problem {
    status: number;
    detail: string;
}

function documentedIds(path: string): string[] {
    const document = JSON.parse(readFileSync(path, 'utf8'));
    const perPath: { operationId: string }[][] = Object.values<any>(document.paths).map(Object.values);
    return perPath.flat().map((operation) => operation.operationId);
}

// What an answer lacks; empty when it is as the row says.
function lack(row: Row, answer: Answer): string {
    const problem = answer.error as Problem | undefined;

    if (answer.response.status !== row.status)
        return `status ${answer.response.status} (${problem?.detail}), not ${row.status}`;
    if (row.status >= 400)
        return problem?.status === row.status && problem.detail ? '' : 'no problem document';
    if (problem !== undefined)
        return 'an error beside success';
    return !row.holds || row.holds(answer.data) ? '' : `data ${JSON.stringify(answer.data)}`;
}

async function main(): Promise<void> {
    const [document, baseUrl, whole, held] = process.argv.slice(2);
    const rows = operations(whole, held);
    const failures: string[] = [];

    client.setConfig({ baseUrl });
    for (const id of documentedIds(document)) {
        if (!rows.some((row) => row.id === id))
            failures.push(`${id}: in the document, but not in operations.ts`);
    }
    for (const row of rows) {
        const missing = await row.call().then(
            (answer) => lack(row, answer),
            (error) => `failed: ${error}`,
        );
        console.log(`${missing ? 'FAIL' : 'ok  '} ${row.id} ${row.status} ${missing}`);
        if (missing)
            failures.push(`${row.id}: ${missing}`);
    }
    failures.forEach((failure) => console.error(failure));
    console.log(`${rows.length - failures.length} passed, ${failures.length} failed`);
    process.exit(failures.length ? 1 : 0);
}

void main();
