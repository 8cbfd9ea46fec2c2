/** What somebody says, in one message. */
export interface Line {
  speaker: string;
  /** As it stands in the file, to the last space. */
  text: string;
  /** Number of its first line in the file, from 1. */
  at: number;
}

export interface Scene {
  title: string;
  lines: Line[];
}

export interface Script {
  scenes: Scene[];
  /** Numbers of lines that are neither speech nor heading nor stage direction: front matter, mostly. */
  ignored: number[];
}

/** The file cannot be played; the message says where and why. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/** What the API takes. */
const MAX_TEXT = 32_000;
const MAX_TITLE = 500;
const HEADINGS = [/^#+\s+(?<title>.+?)\s*#*$/u, /^={2,}\s*(?<title>.+?)\s*={2,}$/u];
const ACT = /^ACT\s+(?:[IVXLC]+|\d+)\b.*$/i;
const SCENE = /^(?:(?:SCENE|SC\.)\s+(?:[IVXLC]+|\d+)\b.*|(?:PROLOGUE|EPILOGUE|INDUCTION)\.?)$/i;
const STAGE_DIRECTION = /^(?:\[.*\]|\(.*\))[.,]?$/su;
/**
 * The colon of East Asian typesetting counts; `//` after one is the rest of an address. The dot stands for line
 * separators, too: they are text.
 */
const SPEECH = /^(?<speaker>[^:：]{1,80})[:：](?!\/\/)[ \t]?(?<text>.*)$/su;
/** Marks that steer the direction of writing: invisible, and no part of a name. */
const DIRECTION_MARKS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Reads a dialogue. `# Title`, `== Title ==`, `ACT I` and `SCENE 2. …` begin a scene; `Speaker: text` is a line; an
 * indented line goes on with the speech before it, in a line of its own and without that indentation; so does one right
 * below it that is nothing else. Where a speaker stands alone, the next line that is nothing else is what is said,
 * below empty lines, too. `[Exit]` and `(aside)` in lines of their own are left out, and so is who says nothing.
 * Throws `ScriptError` where nobody says anything, or somebody more at once than a message may hold.
 */
export function parseScript(source: string, fallbackTitle = 'Dialogue'): Script {
  const reader = createReader(fallbackTitle);
  source
    .replace(/^\ufeff/u, '')
    .split(/\r?\n/u)
    .forEach((line, index) => reader.read(line, index + 1));
  const silent: number[] = [];
  const speaks = ({ text, at }: Line): boolean => text !== '' || (silent.push(at), false);
  const scenes = reader.scenes.map(({ title, lines }) => ({ title, lines: lines.filter(speaks) }));
  const ignored = [...reader.ignored, ...silent].sort((one, other) => one - other);
  const spoken = scenes.filter(({ lines }) => lines.length > 0);
  if (spoken.length === 0) throw new ScriptError('Nobody says anything: there is no line of the form "Speaker: text".');
  for (const { lines } of spoken) lines.forEach(check);
  return { scenes: spoken, ignored };
}

function check({ text, at }: Line): void {
  if (text.length > MAX_TEXT) throw new ScriptError(`Line ${at}: a message holds ${MAX_TEXT} characters at most.`);
  if (!text.isWellFormed() || text.includes('\0')) throw new ScriptError(`Line ${at}: this is not text.`);
}

function createReader(fallbackTitle: string) {
  const scenes: Scene[] = [];
  const ignored: number[] = [];
  let act = '';
  let speech: Speech | null = null;
  /** Empty lines since the last speech; they are part of it where it goes on. */
  let gap = 0;

  const begin = (title: string): void => {
    scenes.push({ title: title.slice(0, MAX_TITLE), lines: [] });
    speech = null;
  };
  const say = (line: Line): void => {
    if (scenes.length === 0) begin(fallbackTitle);
    scenes.at(-1)!.lines.push(line);
    speech = { line, indent: null };
  };

  function readHeading(trimmed: string): boolean {
    const title = HEADINGS.map((pattern) => pattern.exec(trimmed)?.groups?.title).find(Boolean);
    if (title) begin(title);
    else if (ACT.test(trimmed)) begin((act = trimmed));
    else if (SCENE.test(trimmed)) begin(act ? `${act}, ${trimmed}` : trimmed);
    else return false;
    return true;
  }

  function readSpeech(line: string, at: number): boolean {
    const { speaker = '', text = '' } = SPEECH.exec(line)?.groups ?? {};
    const name = speaker.replace(DIRECTION_MARKS, '').trim();
    if (name) say({ speaker: name, text, at });
    return name !== '';
  }

  function read(line: string, at: number): void {
    const trimmed = line.trim();
    if (trimmed === '') {
      gap += 1;
      return;
    }
    const indented = /^[ \t]/.test(line);
    if (indented && speech && !STAGE_DIRECTION.test(trimmed)) goOn(speech, line, gap);
    else if (STAGE_DIRECTION.test(trimmed) || readHeading(trimmed) || readSpeech(line, at)) gap = 0;
    else if (speech && reaches(speech, gap)) goOn(speech, line, 0);
    else ignored.push(at);
    gap = 0;
  }
  return { scenes, ignored, read };
}

/** Whether what is nothing else belongs to the speech above: right below it, or the first that is said. */
function reaches({ line }: Speech, gap: number): boolean {
  return gap === 0 || line.text === '';
}

interface Speech {
  line: Line;
  /** White space in front of its first further line. */
  indent: string | null;
}

function goOn(speech: Speech, line: string, gap: number): void {
  speech.indent ??= /^[ \t]*/.exec(line)![0];
  const rest = line.startsWith(speech.indent) ? line.slice(speech.indent.length) : line.trimStart();
  const { line: spoken } = speech;
  spoken.text = spoken.text === '' ? rest : `${spoken.text}${'\n'.repeat(gap + 1)}${rest}`;
}
