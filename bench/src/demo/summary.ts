import type { DemoResult } from './demo';
import type { Script } from './script';
import { isPass, type Difference, type Findings, type Message } from './verify';

const SHOWN = 5;
const EXCERPT = 60;
/** Writing systems that are told apart when a script is described. */
const WRITING_SYSTEMS = [
  'Latin,Cyrillic,Greek,Arabic,Hebrew,Devanagari,Bengali,Tamil,Thai,Lao,Khmer,Han,Hiragana,Katakana,Hangul,Georgian',
  'Armenian,Ethiopic,Sinhala,Telugu,Kannada,Malayalam,Gujarati,Gurmukhi,Myanmar,Tibetan,Mongolian,Cherokee',
]
  .join(',')
  .split(',');

export function writingSystemsOf({ scenes }: Script): string[] {
  const text = scenes.map(({ lines }) => lines.map((line) => line.text).join('\n')).join('\n');
  return WRITING_SYSTEMS.filter((name) => new RegExp(`\\p{Script=${name}}`, 'u').test(text));
}

export function countLines({ scenes }: Script): number {
  return scenes.reduce((sum, { lines }) => sum + lines.length, 0);
}

/** What is about to be played. */
export function describeScript(script: Script, source: string): string {
  const { scenes, ignored } = script;
  const speakers = new Set(scenes.flatMap(({ lines }) => lines.map(({ speaker }) => speaker)));
  const longest = Math.max(...scenes.flatMap(({ lines }) => lines.map(({ text }) => text.length)));
  return [
    `${source}: ${countLines(script)} lines in ${scenes.length} scenes, ${speakers.size} speakers, longest line ${longest} characters`,
    `writing systems: ${writingSystemsOf(script).join(', ') || 'none'}`,
    ...(ignored.length > 0 ? [`left out, being no dialogue: ${ignored.length} lines (${excerptOf(ignored)})`] : []),
  ].join('\n');
}

function excerptOf(numbers: readonly number[]): string {
  const shown = numbers.slice(0, SHOWN).join(', ');
  return numbers.length > SHOWN ? `${shown}, …` : shown;
}

/** The outcome as people read it, with the first differences. */
export function renderDemo({ findings, playedIn, retries }: DemoResult, seconds: number): string {
  const lines = findings[0]?.expected ?? 0;
  const passed = findings.every(isPass);
  return [
    `posted      ${lines} lines in ${playedIn.toFixed(1)} s, ${Math.round(lines / playedIn)}/s, ${retries} sent again`,
    ...findings.flatMap(renderFindings),
    `${passed ? 'PASS' : 'FAIL'} in ${seconds.toFixed(1)} s`,
  ].join('\n');
}

function renderFindings(findings: Findings): string[] {
  const { source, expected, equal, differences, faults } = findings;
  const extra = differences.filter(({ difference }) => difference.expected === null).length;
  const more = extra > 0 ? `, ${extra} that nobody said` : '';
  return [
    `${source.padEnd(11)} ${equal} of ${expected} lines equal and in order${more}: ${isPass(findings) ? 'ok' : 'NOT OK'}`,
    ...faults.slice(0, SHOWN).map((fault) => `  ${fault}`),
    ...differences.slice(0, SHOWN).map(({ scene, difference }) => `  ${scene}, ${renderDifference(difference)}`),
  ];
}

function renderDifference({ line, expected, found }: Difference): string {
  return `message ${line}: expected ${renderMessage(expected)}, found ${renderMessage(found)}`;
}

/** Escaped, so that marks nobody can see are seen. */
function renderMessage(message: Message | null): string {
  if (!message) return 'nothing';
  const text = message.content ?? '';
  const shown = text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
  return `${message.senderId} ${JSON.stringify(shown).replace(/[\u007f-\uffff]/gu, escape)}`;
}

const escape = (character: string): string =>
  /[\p{L}\p{N}\p{P}]/u.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
