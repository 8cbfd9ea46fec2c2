import { Readable } from 'node:stream';
import type { Hear } from './agentStreams';
import { bounded, faultOf, STREAM_PATIENCE, type StreamPatience } from './bounded';
import { broken, said, type Heard, type Said } from './said';
import { faultIn } from './streams';

/** How an agent says that it has said all. */
export interface LastPiece {
  finish: Said['finish'];
  usage: Omit<Said['usage'], 'toolCalls'>;
}

type Piece = { text: string } | { tool: true } | { last: LastPiece } | { lost: true };

/** An answer that is handed over piece by piece, by whom a connection brings them. What comes after the last is passed over. */
export interface Pieces {
  hear: Hear;
  text(more: string): void;
  tool(): void;
  last(piece: LastPiece): void;
  /** Who says it has gone: what was said until then counts. */
  lost(): void;
}

/** Bounded as bodies of requests are. */
export function createPieces(patience: StreamPatience = STREAM_PATIENCE): Pieces {
  const pieces = new Readable({ objectMode: true, read: () => undefined });
  let isOver = false;

  function push(piece: Piece): void {
    if (isOver) return;
    isOver = 'last' in piece || 'lost' in piece;
    pieces.push(piece);
  }

  return {
    async hear(listening) {
      const heard: Pick<Said, 'content'> & { toolCalls: number } = { content: '', toolCalls: 0 };
      try {
        const all = pieces[Symbol.asyncIterator]() as AsyncIterator<Piece>;
        for await (const piece of bounded(all, bytesOf, patience)) {
          if ('last' in piece) return whole(heard.content, heard.toolCalls, piece.last);
          if ('lost' in piece) break;
          if ('tool' in piece) {
            heard.toolCalls += 1;
            listening.progress.tool();
          } else listening.progress.text((heard.content += piece.text));
        }
        return broken(heard.content, 'failed');
      } catch (error) {
        return broken(heard.content, faultIn(error, { ...listening, faultOf }));
      } finally {
        isOver = true;
        pieces.destroy();
      }
    },
    text: (text) => push({ text }),
    tool: () => push({ tool: true }),
    last: (last) => push({ last }),
    lost: () => push({ lost: true }),
  };
}

function bytesOf(piece: Piece): number {
  return 'text' in piece ? Buffer.byteLength(piece.text) : 1;
}

function whole(text: string, toolCalls: number, { finish, usage }: LastPiece): Heard {
  if (finish === 'failed') return broken(text, 'failed');
  return said(text, { finish, usage: { ...usage, toolCalls } });
}
