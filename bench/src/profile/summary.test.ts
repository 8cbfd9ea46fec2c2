import type { CpuProfile } from './inspector';
import { renderProfile, summariseProfile } from './summary';

const frame = (functionName: string, url: string, lineNumber = 0) => ({
  functionName,
  url,
  lineNumber,
  columnNumber: 0,
});
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(idle)', '') },
    { id: 2, callFrame: frame('fold', '/root/services/projector/dist/fold.js', 9) },
    { id: 3, callFrame: frame('fold', '/root/services/projector/dist/fold.js', 9) },
    { id: 4, callFrame: frame('', '/root/node_modules/@scope/lib/index.js') },
    { id: 5, callFrame: frame('(garbage collector)', '') },
    { id: 6, callFrame: frame('writev', '') },
    { id: 7, callFrame: frame('onread', 'node:internal/stream_base_commons', 165) },
  ],
  samples: [1, 2, 3, 4, 5, 6, 7, 1],
  timeDeltas: [0, 500, 100, 100, 100, 100, 50, 50],
};

describe('a profile in short', () => {
  const summary = summariseProfile(profile, ({ url, lineNumber }) => `${url.replace('/root/', '')}:${lineNumber + 1}`);

  it('leaves idle time out, and adds up what one function took wherever it was called from', () => {
    expect(summary.busy).toBeCloseTo(0.5);
    expect(summary.functions[0]).toEqual({ name: 'fold', place: 'services/projector/dist/fold.js:10', share: 0.4 });
    expect(summary.functions.map(({ name }) => name)).toContain('(anonymous)');
    expect(summary.functions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('adds up by package', () => {
    expect(Object.fromEntries(summary.packages.map(({ name, share }) => [name, Math.round(share * 100)]))).toEqual({
      'services/projector': 40,
      '@scope/lib': 20,
      '(garbage collector)': 20,
      native: 10,
      'node:internal/stream_base_commons': 10,
    });
  });

  it('reads as a table', () => {
    const text = renderProfile(summary, 1);
    expect(text).toMatch(/^busy 50\.0 % of the time\nservices\/projector 40\.0 %/);
    expect(text).toMatch(/fold +40\.0 % +services\/projector\/dist\/fold\.js:10$/);
  });
});
