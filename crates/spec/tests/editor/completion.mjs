// What an editor offers for both files, asked of the real yaml-language-server with our schemas.
//
//   npm install --prefix /tmp/language-server yaml-language-server@1.25.0
//   node crates/spec/tests/editor/completion.mjs /tmp/language-server > crates/spec/tests/editor/completion.txt
//
// `|` marks the cursor. completion.txt is the recorded answer; docs/language.md shows parts of it. The language server is not part of
// `make test`: it needs a download. Run this after a change of the schemas and read the difference.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'completion-'));
for (const name of ['app.json', 'platform.json']) copyFileSync(join(here, '../../schema', name), join(work, name));
const example = (name) => readFileSync(join(here, '../../../../examples/ticketing', name), 'utf8');

const server = spawn(join(process.argv[2], 'node_modules/.bin/yaml-language-server'), ['--stdio']);
const settings = { validate: true, completion: true, hover: true, schemaStore: { enable: false } };
const waiting = new Map();
const diagnostics = new Map();
let buffer = Buffer.alloc(0);
let last = 0;
const send = (message) => {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
  server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
  server.stdin.write(body);
};
const ask = (method, params) => new Promise((resolve) => { waiting.set(++last, resolve); send({ id: last, method, params }); });
server.stdout.on('data', (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const head = buffer.toString('latin1').match(/^Content-Length: (\d+)\r\n(?:.*\r\n)*?\r\n/);
    if (!head || buffer.length < head[0].length + Number(head[1])) return;
    const message = JSON.parse(buffer.subarray(head[0].length, head[0].length + Number(head[1])).toString());
    buffer = buffer.subarray(head[0].length + Number(head[1]));
    if (message.method && message.id !== undefined) {
      const result = message.method === 'workspace/configuration' ? message.params.items.map((item) => (item.section === 'yaml' ? settings : {})) : null;
      send({ id: message.id, result });
    } else if (message.id !== undefined) waiting.get(message.id)?.(message.result);
    else if (message.method === 'textDocument/publishDiagnostics') diagnostics.set(message.params.uri, message.params.diagnostics);
  }
});

let files = 0;
const open = (schema, text) => {
  const uri = `file://${work}/file${files++}.yaml`;
  send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text: `# yaml-language-server: $schema=${schema}\n${text}` } } });
  return uri;
};
const cursor = (text) => {
  const before = text.slice(0, text.indexOf('|')).split('\n');
  return { line: before.length, character: before.at(-1).length };
};
const first = (documentation) => (documentation?.value ?? documentation ?? '').split('\n')[0];

await ask('initialize', { processId: process.pid, rootUri: `file://${work}`, capabilities: { textDocument: { completion: { completionItem: { documentationFormat: ['markdown'] } }, hover: { contentFormat: ['markdown'] } }, workspace: { configuration: true } } });
send({ method: 'initialized', params: {} });
send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml: settings } } });

const complete = async (title, schema, text) => {
  const answer = await ask('textDocument/completion', { textDocument: { uri: open(schema, text.replace('|', '')) }, position: cursor(text) });
  console.log(`== ${title}\n${text.trimEnd()}\n--`);
  for (const item of answer.items ?? answer) if (!/: what /.test(item.label)) console.log(`${item.label.padEnd(16)}${first(item.documentation)}`.trimEnd());
  console.log();
};
const hover = async (title, schema, text) => {
  const answer = await ask('textDocument/hover', { textDocument: { uri: open(schema, text.replace('|', '')) }, position: cursor(text) });
  console.log(`== ${title}\n${text.trimEnd()}\n--\n${answer.contents.value.split('\n\nSource:')[0].replaceAll('\\', '')}\n`);
};
const check = async (title, schema, text) => {
  const uri = open(schema, text);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  console.log(`== ${title}`);
  for (const found of diagnostics.get(uri) ?? []) console.log(`${found.range.start.line}: ${found.message}`);
  console.log();
};

const tail = 'environments:\n  dev: {cluster: nonprod}\n';
await check('the reference application has no mistakes', 'app.json', example('app.yaml'));
await check('the reference platform has no mistakes', 'platform.json', example('platform.yaml'));
await check('mistakes are underlined', 'app.json', example('app.yaml').replace('health:', 'helth:').replace('timeout: 4m', 'timeout: 4min').replace('type: queue, retries: 5', 'type: queue, versioned: true').replace('  worker:', '  Worker:'));
await complete('keys of the application', 'app.json', `app: shop\n|\n`);
await complete('keys of a service', 'app.json', `app: shop\nservices:\n  web:\n    build: ./web\n    |\n${tail}`);
await complete('verbs', 'app.json', `app: shop\nservices:\n  web:\n    build: ./web\n    uses:\n      db: |\n${tail}`);
await complete('types of resources', 'app.json', `app: shop\nresources:\n  db:\n    type: |\n${tail}`);
await complete('options of a queue only', 'app.json', `app: shop\nresources:\n  bookings:\n    type: queue\n    |\n${tail}`);
await complete('standards', 'app.json', `app: shop\ncompliance:\n  - |\n${tail}`);
await complete('keys of an environment', 'app.json', `app: shop\nenvironments:\n  dev:\n    cluster: nonprod\n    |\n`);
await complete('keys of a network', 'platform.json', `platform: acme\nnetworks:\n  prod:\n    |\n`);
await complete('tools', 'platform.json', `platform: acme\nsecurity:\n  siem: |\n`);
await hover('what an option means', 'app.json', `app: shop\nresources:\n  bookings:\n    type: queue\n    visi|bility: 60s\n${tail}`);
server.kill();
process.exit(0);
