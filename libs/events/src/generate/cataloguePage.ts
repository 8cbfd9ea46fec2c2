import { CATALOGUE, definitionOf, type EventType } from '../catalogue';
import { DESCRIPTIONS } from '../catalogue/descriptions';
import { dataSchemaUri } from '../codec';
import { SIGNALS, type SignalType } from '../signals';
import { PAGE_BEGIN, PAGE_END } from './cataloguePageText';
import { eventJsonSchema, SIGNAL_DESCRIPTIONS, signalJsonSchema } from './eventSchemas';
import type { JsonSchema } from './jsonSchema';

/** The page `docs/events.md`: what consumers need to know, then every event with its fields. */
export function cataloguePage(): string {
  const types = Object.keys(CATALOGUE) as EventType[];
  const signals = Object.keys(SIGNALS) as SignalType[];
  const sections = [
    PAGE_BEGIN,
    '## Catalogue',
    '| event | stream | |\n| --- | --- | --- |\n' + types.map(overviewRow).join('\n'),
    ...types.map(eventSection),
    '## Signals',
    'On `chat.signals.v1`, between instances. Not events: nothing is numbered, kept or folded.',
    ...signals.map(signalSection),
    PAGE_END,
  ];
  return `${sections.join('\n\n')}\n`;
}

function overviewRow(type: EventType): string {
  return `| [${type}](#${type.toLowerCase()}) | ${definitionOf(type)!.stream} | ${cell(DESCRIPTIONS[type])} |`;
}

function eventSection(type: EventType): string {
  const definition = definitionOf(type)!;
  const uri = dataSchemaUri(type, definition.version);
  const schema = eventJsonSchema(type, definition);
  const about = `${DESCRIPTIONS[type]} Version ${definition.version}: [schema](../schemas/${uri}).`;
  return `### ${type}\n\n${about}\n\n${fieldTable(schema.properties!.data!, definition.sealed)}`;
}

function signalSection(type: SignalType): string {
  return `### ${type}\n\n${SIGNAL_DESCRIPTIONS[type]}\n\n${fieldTable(signalJsonSchema(type).properties!.data!, [])}`;
}

function fieldTable(data: JsonSchema, sealed: readonly string[]): string {
  const rows = Object.entries(data.properties ?? {}).map(([name, field]) => {
    const presence = data.required?.includes(name) ? 'always' : 'optional';
    return `| \`${name}\` | ${sealed.includes(name) ? sealedKind(field) : cell(kindOf(field))} | ${presence} |`;
  });
  return ['| field of `data` | | |', '| --- | --- | --- |', ...rows].join('\n');
}

function sealedKind(field: JsonSchema): string {
  return field.anyOf?.some(({ type }) => type === 'null') ? 'sealed or null' : 'sealed';
}

/** A schema in words, as short as a table wants it. */
function kindOf(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(' or ');
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  return KINDS[String(schema.type)]?.(schema) ?? String(schema.type ?? 'anything');
}

const KINDS: Record<string, (schema: JsonSchema) => string> = {
  array: ({ items }) => `list of ${kindOf(items ?? {})}`,
  object: ({ properties }) => `{${Object.keys(properties ?? {}).join(', ')}}`,
  integer: ({ minimum }) => (minimum === 1 ? 'integer from 1' : 'integer'),
  string: textKind,
};

function textKind({ pattern, format }: JsonSchema): string {
  if (format) return format;
  if (pattern?.startsWith('^\\d{4}-')) return 'time';
  return pattern?.startsWith('^[A-Za-z0-9._@|+-]{1,128}') ? 'id' : 'text';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
