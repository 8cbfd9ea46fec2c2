import type { z } from 'zod';
import { ALIASES } from './aliases';
import { fieldMeta } from './loadConfig';

/** Variables that belong together, under one heading. */
export interface ConfigSection {
  title: string;
  shape: Readonly<Record<string, z.core.$ZodType>>;
}

/**
 * Markdown tables of variables: name, file and older names; default; meaning. A variable stands in the first section
 * that has it; a section without any of its own is left out.
 */
export function describeConfig(sections: readonly ConfigSection[]): string {
  const seen = new Set<string>();
  return sections
    .flatMap(({ title, shape }) => {
      const fresh = Object.entries(shape).filter(([name]) => !seen.has(name));
      fresh.forEach(([name]) => seen.add(name));
      if (fresh.length === 0) return [];
      const rows = fresh.map(
        ([name, field]) => `| ${nameCell(name, field)} | ${defaultCell(field)} | ${meaning(field)} |`,
      );
      return [`### ${title}`, '', '| variable | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
    })
    .join('\n');
}

function nameCell(name: string, field: z.core.$ZodType): string {
  const older = ALIASES.filter(({ gives }) => name in gives('host:1')).map((alias) => `\`${alias.name}\``);
  const file = fieldMeta(field).secret ? [`\`${name}_FILE\``] : [];
  const others = [...file, ...older];
  return `\`${name}\`${others.length > 0 ? `<br>${others.join(', ')}` : ''}`;
}

function meaning(field: z.core.$ZodType): string {
  return (fieldMeta(field).description ?? '').replaceAll('|', '\\|');
}

function defaultCell(field: z.core.$ZodType): string {
  const def = field._zod.def as { type: string; defaultValue?: unknown; innerType?: z.core.$ZodType };
  if (def.type === 'default' || def.type === 'prefault') {
    const text = String(def.defaultValue);
    return text === '' ? '(empty)' : `\`${text}\``;
  }
  if (def.type === 'optional') return '';
  return def.innerType ? defaultCell(def.innerType) : '**required**';
}
