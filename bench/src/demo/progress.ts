/** Where progress is shown. */
export interface Terminal {
  isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 40;
const REDRAW_MS = 100;

/** `████░░  12/24  50 %`, redrawn in place; where there is no terminal, a line for every tenth. */
export function createProgress(label: string, total: number, terminal: Terminal) {
  let done = 0;
  let drawnAt = -Infinity;
  let tenths = 0;

  function draw(now: number): void {
    drawnAt = now;
    const filled = total === 0 ? WIDTH : Math.round((done / total) * WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    terminal.write(`\r${label} ${bar} ${done}/${total}`);
  }

  function step(now = performance.now()): void {
    done += 1;
    if (terminal.isTTY) {
      if (done === total || now - drawnAt >= REDRAW_MS) draw(now);
      if (done === total) terminal.write('\n');
      return;
    }
    const reached = Math.floor((done * 10) / total);
    if (reached > tenths) terminal.write(`${label} ${done}/${total}\n`);
    tenths = reached;
  }
  return { step };
}
