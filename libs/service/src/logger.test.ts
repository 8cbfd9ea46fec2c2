import { createLogger } from './logger';

function lines() {
  const written: string[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'debug',
    destination: { write: (line) => void written.push(line) },
  });
  return { logger, written, last: () => JSON.parse(written.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('logger', () => {
  it('writes the fields that log shippers of the older services look for', () => {
    const { logger, last } = lines();
    logger.child({ tenant_id: 't1' }).warn({ request_id: 'r1', duration_ms: 45 }, 'Thread created');
    expect(last()).toMatchObject({
      level: 'WARN',
      service: 'test',
      message: 'Thread created',
      tenant_id: 't1',
      request_id: 'r1',
      duration_ms: 45,
    });
    expect(new Date(last().timestamp as string).toISOString()).toBe(last().timestamp);
  });

  it('censors credentials and personal text at any depth, in any spelling, and in child fields', () => {
    const { logger, written } = lines();
    const hidden = 'do-not-show';
    logger.info({ headers: { Authorization: hidden, 'X-Internal-Secret': hidden }, token: hidden }, 'x');
    logger.info(
      { command: { input: { content: hidden, list: [{ display_name: hidden, accessToken: hidden }] } } },
      'x',
    );
    logger.child({ password: hidden }).info({ metadata: { note: hidden } }, 'x');
    expect(written).toHaveLength(3);
    expect(written.join('')).not.toContain(hidden);
    expect(written.join('')).toContain('[redacted]');
  });

  it('does not touch the objects it is given', () => {
    const { logger } = lines();
    const fields = { a: { token: 'secret' } };
    logger.info(fields, 'x');
    expect(fields).toEqual({ a: { token: 'secret' } });
  });

  it('shows an error with its causes, without what drivers hang on to it', () => {
    const { logger, last, written } = lines();
    const cause = Object.assign(new Error('connection lost'), { code: 'ECONNRESET', rows: ['personal'] });
    logger.error({ err: new Error('append failed', { cause }) }, 'x');
    expect(last().err).toMatchObject({
      message: 'append failed',
      cause: { message: 'connection lost', code: 'ECONNRESET' },
    });
    expect(written.join('')).not.toContain('personal');
  });
});
