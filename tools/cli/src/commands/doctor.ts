import { operatorConfig } from '@threadlog/runtime';
import { loadConfig } from '@threadlog/service';
import { z } from 'zod';
import type { CommandContext } from '../context';
import { examine, type ExamineOptions } from '../doctor/examine';
import type { Finding } from '../doctor/finding';
import { table, type Outcome } from '../outcome';

/** Looks at a deployment, and says of everything that is not as it should be why that is and what to do. */
export async function doctor({ env }: CommandContext, options: ExamineOptions = {}): Promise<Outcome> {
  const config = loadConfig(z.object(operatorConfig), env, { warn: () => undefined });
  const findings = await examine(config, options);
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const summary = { faults: count('fault'), warnings: count('warning'), skipped: count('skipped') };
  const rows = findings.map(({ state, check, says }) => [state === 'ok' ? '' : state, check, says]);
  const cures = findings.flatMap(({ check, cure }) => (cure ? [`${check}: ${cure}`] : []));
  const text = [
    table(['', 'what', 'found'], rows),
    ...(cures.length > 0 ? ['', 'To do:', ...cures] : []),
    '',
    `${summary.faults} faults, ${summary.warnings} warnings, ${summary.skipped} not looked at`,
  ].join('\n');
  return { ok: summary.faults === 0, text, json: { ...summary, findings } };
}
