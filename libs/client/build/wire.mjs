// Writes src/generated/wire.ts: the types of resources, frames and commands as libs/events declares them, spelled out, so
// that the published package depends on none of ours. With --check it writes nothing and fails where the file differs.
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../src/generated/wire.ts');
const source = join(here, '../../events/src/index.ts');

/** What the client has under which name; each is spelled out once, and named wherever it comes again. */
const NAMES = {
  Json: 'Json',
  JsonObject: 'JsonObject',
  ProblemCode: 'ProblemCode',
  Attachment: 'Attachment',
  TextState: 'TextState',
  AgentMode: 'AgentMode',
  Channel: 'Channel',
  ParticipantRole: 'ParticipantRole',
  ThreadStatus: 'ThreadStatus',
  ThreadType: 'ThreadType',
  SenderType: 'SenderType',
  MessageType: 'MessageType',
  ErasureReason: 'ErasureReason',
  HoldReason: 'HoldReason',
  Subject: 'Subject',
  MessageRunResource: 'MessageRun',
  MessageResource: 'Message',
  ParticipantResource: 'Participant',
  ThreadResource: 'Thread',
  UserThreadResource: 'UserThread',
  PrivacyProgress: 'PrivacyProgress',
  PrivacyRequestResource: 'PrivacyRequest',
  LegalHoldResource: 'LegalHold',
  RetentionResource: 'Retention',
  WebhookResource: 'Webhook',
  WebhookWithSecretResource: 'WebhookWithSecret',
  AgentResource: 'Agent',
  AgentWithSecretResource: 'AgentWithSecret',
  MessagePage: 'MessagePage',
  SocketProblem: 'Problem',
  ServerToClientPayloads: 'ServerFrames',
  ClientEventAnswers: 'CommandAnswers',
};

const program = ts.createProgram([source], {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2024,
  strict: true,
  customConditions: ['source'],
  skipLibCheck: true,
  noEmit: true,
});
const checker = program.getTypeChecker();
const exported = new Map(
  checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(source)))
    .map((symbol) => [symbol.name, symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol]),
);
const typeOf = (name) => {
  const symbol = exported.get(name);
  if (!symbol) throw new Error(`libs/events exports no ${name}`);
  return checker.getDeclaredTypeOfSymbol(symbol);
};

/** Spelled out without names inside: two types that read alike are the same. */
const shapes = new Map();
const named = new Map();

const docOf = (symbol) => {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  return text ? `/** ${text.replace(/\s*\n\s*/g, ' ')} */\n` : '';
};
const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

function objectText(type) {
  const indexed = checker.getIndexInfosOfType(type).map((info) => `[key: string]: ${text(info.type)};`);
  const members = checker.getPropertiesOfType(type).map((symbol) => {
    const optional = symbol.flags & ts.SymbolFlags.Optional;
    const own = checker.getTypeOfSymbol(symbol);
    const parts = optional && own.isUnion() ? own.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined)) : null;
    const value = parts ? unionText(parts) : text(own);
    return `${docOf(symbol)}${key(symbol.name)}${optional ? '?' : ''}: ${value};`;
  });
  return `{\n${[...indexed, ...members].join('\n')}\n}`;
}

function unionText(types) {
  const union =
    types.length > 1 &&
    named.get(
      types
        .map((part) => checker.typeToString(part))
        .sort()
        .join('|'),
    );
  if (union) return union;
  const isBoolean = (part) => part.flags & ts.TypeFlags.BooleanLiteral;
  const booleans = types.filter(isBoolean).length === 2 ? ['boolean'] : [];
  const rest = booleans.length ? types.filter((part) => !isBoolean(part)) : types;
  const nulls = rest.filter((part) => part.flags & ts.TypeFlags.Null);
  const values = rest.filter((part) => !nulls.includes(part));
  const inner =
    values.length > 1 &&
    named.get(
      values
        .map((part) => checker.typeToString(part))
        .sort()
        .join('|'),
    );
  const shown = inner ? [inner] : [...new Set(values.map((part) => text(part)))].sort();
  return [...booleans, ...shown, ...(nulls.length ? ['null'] : [])].join(' | ');
}

function text(type, top = false) {
  if (!top && shapes.has(type)) return shapes.get(type);
  const alias = type.aliasSymbol?.name;
  if (!top && alias === 'JSONType') return 'Json';
  if (!top && alias && NAMES[alias] && exported.has(alias)) return NAMES[alias];
  if (type.isUnion()) return unionText(type.types);
  if (type.isStringLiteral()) return `'${type.value}'`;
  if (checker.isArrayType(type)) return `(${text(checker.getTypeArguments(type)[0])})[]`;
  if (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) {
    const name = !top && named.get(fingerprint(type));
    return name || objectText(type);
  }
  return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
}

/** What tells an object type from others: its members and their types as the compiler prints them. */
function fingerprint(type) {
  const members = checker.getPropertiesOfType(type).map((symbol) => {
    const shown = checker.typeToString(checker.getTypeOfSymbol(symbol), undefined, ts.TypeFormatFlags.NoTruncation);
    return `${symbol.name}:${shown}`;
  });
  return members.length > 2 ? members.join(';') : type;
}

const declared = Object.entries(NAMES).map(([name, mine]) => ({ name, mine, type: typeOf(name) }));
for (const { mine, type } of declared) {
  if (type.isUnion())
    named.set(
      type.types
        .map((part) => checker.typeToString(part))
        .sort()
        .join('|'),
      mine,
    );
  else {
    shapes.set(type, mine);
    named.set(fingerprint(type), mine);
  }
}
const JSON_TYPES = {
  Json: 'null | boolean | number | string | Json[] | { [key: string]: Json }',
  JsonObject: '{ [key: string]: Json }',
};
const spelled = declared.map(({ name, mine, type }) => {
  const doc = docOf(exported.get(name));
  if (JSON_TYPES[mine]) return `${doc}export type ${mine} = ${JSON_TYPES[mine]};`;
  if (type.isUnion()) {
    // Sorted: the compiler's own order changes with what it has seen before.
    const parts = type.types.map((part) => text(part)).sort();
    return `${doc}export type ${mine} = ${parts.join(' | ')};`;
  }
  return `${doc}export interface ${mine} ${objectText(type)}`;
});
const options = { ...(await prettier.resolveConfig(target)), parser: 'typescript' };
const written = await prettier.format(
  `// Generated by libs/client/build/wire.mjs from libs/events. Do not edit: run \`npm run generate\`.\n\n${spelled.join('\n\n')}\n`,
  options,
);

if (!process.argv.includes('--check')) writeFileSync(target, written);
else if (!existsSync(target) || readFileSync(target, 'utf8') !== written) {
  console.error('libs/client/src/generated/wire.ts is not what libs/events says: run `npm run generate` and commit it');
  process.exitCode = 1;
}
