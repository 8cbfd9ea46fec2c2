import { anyPersonIdSchema } from '@threadlog/auth';
import type { TenantId } from '@threadlog/events';
import { createReceiptSigner, type KeyEvidence, type Receipt } from '@threadlog/sealing';
import type { Operator } from '@threadlog/runtime';
import { readFileSync } from 'node:fs';
import { onDeployment, openEvents, type CommandContext } from '../context';
import { tenantOf } from '../given';
import { CommandError, EXIT, table, type Outcome } from '../outcome';
import { tryToOpen, type Opened } from '../prove/opening';
import { disagreements, receiptOfRequest } from '../prove/receiptAgrees';
import { scanFiles } from '../prove/scan';
import { sourcesOf } from '../prove/sealedValues';
import { spellingsOf } from '../prove/spellings';
import { readReceipt, verifyAgainst } from './receipts';

export interface ProveOptions {
  tenant: string;
  subject: string;
  /** Files, each with one text that must not be found. */
  needleFile: string[];
  /** Files and directories to be looked through. */
  scan: string[];
  /** Request whose receipt must verify and agree. */
  request?: string | undefined;
  /** The same, from a file. */
  receipt?: string | undefined;
  /** Public key of receipts; by default that of `PRIVACY_RECEIPT_KEY`. */
  key?: string | undefined;
}

/** One thing that was looked at. */
export interface Check {
  check: string;
  checked: number;
  /** What speaks against the erasure. */
  against: number;
  ok: boolean;
  detail: string;
}

/** Proves that somebody is erased, or says what speaks against it. Reads only. */
export async function privacyProve(context: CommandContext, options: ProveOptions): Promise<Outcome> {
  const tenantId = tenantOf(options.tenant);
  const subject = subjectOf(options.subject);
  const needles = options.needleFile.map(needleOf);
  if (needles.length > 0 !== options.scan.length > 0)
    throw new CommandError('--needle-file and --scan go together', EXIT.usage);
  const checks = await onDeployment(context, (operator) =>
    onStores(context, operator, { ...options, tenantId, subject }),
  );
  if (needles.length > 0) checks.push(await onFiles(context, options.scan, needles));
  const ok = checks.every((check) => check.ok);
  const rows = checks.map(({ check, checked, against, ok: fine, detail }) => [
    ...[fine ? 'ok' : 'FAILED', check, checked, against, detail],
  ]);
  const text = `${table(['', 'check', 'checked', 'against', ''], rows)}\n\n${ok ? 'PROVEN' : 'NOT PROVEN'}`;
  return { ok, text, json: { proven: ok, tenant: tenantId, subject, checks } };
}

type Asked = ProveOptions & { tenantId: TenantId };

async function onStores(context: CommandContext, operator: Operator, asked: Asked): Promise<Check[]> {
  const { sealing } = operator;
  const { tenantId, subject: subjectId } = asked;
  const evidence = await sealing.keysOf(tenantId, { kind: 'subject', id: subjectId });
  const checks = [keysCheck(evidence)];
  const events = await openEvents(operator);
  const keyIds = new Set(evidence.map(({ keyId }) => keyId));
  for (const source of await sourcesOf(operator, events)) {
    context.report(`reading ${source.store} ${source.what} ...`);
    checks.push(valuesCheck(await tryToOpen(source, { sealing, tenantId, keyIds })));
  }
  const receipt = await receiptFor(operator, asked);
  if (receipt !== undefined) checks.push(receiptCheck(receipt, keyFor(context, asked), { ...asked, evidence }));
  return checks;
}

function keysCheck(evidence: readonly KeyEvidence[]): Check {
  const left = evidence.filter(({ state }) => state !== 'destroyed');
  const detail =
    evidence.length === 0
      ? 'nobody of this name was ever erased'
      : left.map(({ keyId, state }) => `${keyId} is ${state}`).join(', ');
  const ok = evidence.length > 0 && left.length === 0;
  return { check: 'keys are destroyed', checked: evidence.length, against: left.length, ok, detail };
}

function valuesCheck({ store, what, records, sealed, readable }: Opened): Check {
  const detail = `${records} records`;
  return { check: `${store} ${what}`, checked: sealed, against: readable, ok: readable === 0, detail };
}

async function receiptFor(operator: Operator, { receipt, request, tenantId }: Asked): Promise<unknown> {
  if (receipt !== undefined) return readReceipt(receipt);
  return request === undefined ? undefined : receiptOfRequest(operator, tenantId, request);
}

function keyFor({ env }: CommandContext, { key }: ProveOptions): string {
  const own = env.PRIVACY_RECEIPT_KEY;
  if (key !== undefined) return key;
  if (own) return createReceiptSigner(own).publicKey;
  throw new CommandError('a receipt needs --key, or PRIVACY_RECEIPT_KEY', EXIT.usage);
}

function receiptCheck(receipt: unknown, key: string, asked: Asked & { evidence: readonly KeyEvidence[] }): Check {
  const verdict = verifyAgainst(receipt, key);
  const { tenantId, subject: subjectId, evidence } = asked;
  const against = verdict.valid
    ? disagreements(verdict.receipt satisfies Receipt, { tenantId, subjectId, evidence })
    : [`${verdict.reason}: ${verdict.detail}`];
  const detail = against.join('; ') || 'verifies and agrees';
  return { check: 'receipt', checked: 1, against: against.length, ok: against.length === 0, detail };
}

async function onFiles(context: CommandContext, roots: string[], needles: string[]): Promise<Check> {
  context.report(`reading all bytes of ${roots.join(', ')} ...`);
  const { files, bytes, hits, moreHits, unreadable } = await scanFiles({ roots, needles: needles.map(spellingsOf) });
  const details = [
    ...hits.map(({ file, offset, needle, spelling }) => `${file} at ${offset}: needle ${needle + 1} in ${spelling}`),
    ...(moreHits > 0 ? [`${moreHits} more`] : []),
    ...unreadable.map(({ file, code }) => `${file} cannot be read (${code})`),
  ];
  const against = hits.length + moreHits + unreadable.length;
  const detail = details.join('; ') || `${bytes} bytes`;
  // Nothing is proven by looking through nothing.
  return { check: 'bytes of files', checked: files, against, ok: against === 0 && files > 0, detail };
}

/** The text of a file, without the line break at its end that editors put there. */
function needleOf(file: string): string {
  try {
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    spellingsOf(text);
    return text;
  } catch (cause) {
    const why = cause instanceof RangeError ? cause.message : 'it cannot be read';
    throw new CommandError(`needle ${file}: ${why}`, EXIT.usage, { cause });
  }
}

/** By the name that the identity provider gives, or by the id. */
function subjectOf(text: string): string {
  const parsed = anyPersonIdSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CommandError(`${text} is no user or learner`, EXIT.usage);
}
