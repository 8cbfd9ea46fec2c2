import fc from 'fast-check';
import { clientFrame, createFrameReader, OPCODE } from './websocketFrames';

/** A frame as servers send it: the client's, without its mask. */
function serverFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const masked = clientFrame(OPCODE.text, text);
  const header = masked.subarray(0, masked.length - payload.length - 4);
  header[1]! &= 0x7f;
  return Buffer.concat([header, payload]);
}

function unmask(frame: Buffer): string {
  const length = frame[1]! & 0x7f;
  const at = length < 126 ? 2 : length === 126 ? 4 : 10;
  const mask = frame.subarray(at, at + 4);
  return Buffer.from(frame.subarray(at + 4).map((byte, index) => byte ^ mask[index % 4]!)).toString();
}

const lengths = fc.oneof(fc.nat(300), fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000));
const texts = lengths.map((length) => 'é'.repeat(length >> 1) + 'x'.repeat(length % 2));

describe('websocket frames', () => {
  it('come out whole and in order, however the bytes are cut', () => {
    const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 9_000 }));
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 8 }), cuts, (sent, sizes) => {
        const got: string[] = [];
        const reader = createFrameReader({ onFrame: (_opcode, payload) => void got.push(payload.toString()) });
        const bytes = Buffer.concat(sent.map(serverFrame));
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value;
          reader.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(got).toEqual(sent);
      }),
      { numRuns: 60 },
    );
  });

  it('are masked towards the server', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const frame = clientFrame(OPCODE.text, text);
        expect([frame[0], frame[1]! & 0x80]).toEqual([0x81, 0x80]);
        expect(unmask(frame)).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  it('that are fragmented are refused rather than miscounted', () => {
    const reader = createFrameReader({ onFrame: () => undefined });
    const first = serverFrame('part');
    first[0] = OPCODE.text;
    expect(() => reader.push(first)).toThrow(/fragmented/);
  });
});
