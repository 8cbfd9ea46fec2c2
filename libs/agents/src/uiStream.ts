/** What a UI message stream has come to. */
export interface StreamedAnswer {
  text: string;
  end: 'finish' | 'error' | 'abort' | 'broken';
  toolCalls: number;
  inputTokens?: number;
  outputTokens?: number;
  model?: string;
}

interface Part {
  type: string;
  id?: unknown;
  delta?: unknown;
  messageMetadata?: unknown;
}

/**
 * Reads the UI message stream of the AI SDK: server-sent events, each with one part as JSON. Texts are put together, one
 * below the other; parts of other kinds are counted, or passed over.
 */
export async function readUiStream(
  body: AsyncIterable<Buffer>,
  heard: { text(soFar: string): void; tool(): void },
): Promise<StreamedAnswer> {
  const answer: StreamedAnswer = { text: '', end: 'broken', toolCalls: 0 };
  let textId: unknown;
  const take = (part: Part): void => {
    if (part.type === 'text-delta' && typeof part.delta === 'string') {
      if (answer.text !== '' && part.id !== textId) answer.text += '\n\n';
      textId = part.id;
      answer.text += part.delta;
      heard.text(answer.text);
    } else if (part.type === 'tool-input-available') {
      answer.toolCalls += 1;
      heard.tool();
    } else if (part.type === 'error' || part.type === 'abort') answer.end = part.type;
    else if (part.type === 'finish' && answer.end === 'broken') answer.end = 'finish';
    Object.assign(answer, usageIn(part.messageMetadata));
  };
  for await (const data of dataLines(body)) {
    if (data === '[DONE]') {
      if (answer.end === 'broken') answer.end = 'finish';
      return answer;
    }
    const part = parsed(data);
    if (part) take(part);
    if (answer.end === 'error' || answer.end === 'abort') return answer;
  }
  return answer;
}

function parsed(data: string): Part | null {
  try {
    const part = JSON.parse(data) as unknown;
    return typeof part === 'object' && part !== null && 'type' in part ? (part as Part) : null;
  } catch {
    return null;
  }
}

/** What is said of tokens and model; whatever has another form is left out. */
function usageIn(metadata: unknown): Pick<StreamedAnswer, 'inputTokens' | 'outputTokens' | 'model'> {
  if (typeof metadata !== 'object' || metadata === null) return {};
  const { inputTokens, outputTokens, model } = metadata as Record<string, unknown>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return {
    ...(isCount(inputTokens) && { inputTokens }),
    ...(isCount(outputTokens) && { outputTokens }),
    ...(typeof model === 'string' && { model }),
  };
}

/** The data of server-sent events, as they come. */
async function* dataLines(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === '' && data.length > 0) {
      yield data.join('\n');
      data = [];
    } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
  }
  if (data.length > 0) yield data.join('\n');
}

const LINE_END = /[\r\n]/;

/**
 * Whole lines. A character may be cut in two between pieces, a line too. Each piece is looked through once: a long line in many
 * pieces would keep the process busy for minutes otherwise.
 */
async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  /** The other half of a line's end may come. */
  let isAtReturn = false;
  for await (const piece of body) {
    const text = decoder.decode(piece, { stream: true });
    rest += text;
    if (!isAtReturn && !LINE_END.test(text)) continue;
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    isAtReturn = rest.endsWith('\r');
    yield* lines;
  }
}
