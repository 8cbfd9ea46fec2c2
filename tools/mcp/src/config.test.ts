import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@threadlog/service';
import { loadHttpConfig, loadStdioConfig } from './config';

describe('over stdio', () => {
  it('takes where the API is and whose token to use', () => {
    const config = loadStdioConfig({ THREADLOG_URL: 'https://chat.example/base/', THREADLOG_TOKEN: 'a.b.c' });
    expect(config.apiUrl).toBe('https://chat.example/base');
    expect(config.token()).toBe('a.b.c');
    expect(loadStdioConfig({ THREADLOG_TOKEN: 'a' }).apiUrl).toBe('http://localhost:4000');
  });

  it('reads a token’s file again each time, and has none where it cannot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-'));
    const file = join(folder, 'token');
    writeFileSync(file, 'first\n');
    const { token } = loadStdioConfig({ THREADLOG_TOKEN_FILE: file });
    expect(token()).toBe('first');
    writeFileSync(file, 'second');
    expect(token()).toBe('second');
    writeFileSync(file, 'one\r\nx-other: two');
    expect(token()).toBeUndefined();
    rmSync(folder, { recursive: true });
    expect(token()).toBeUndefined();
  });

  it.each([
    [{}],
    [{ THREADLOG_TOKEN: 'secret\r\nx: y' }],
    [{ THREADLOG_TOKEN: 'secret', THREADLOG_TOKEN_FILE: '/nowhere' }],
    [{ THREADLOG_TOKEN: 'secret', THREADLOG_URL: 'ftp://chat.example' }],
    [{ THREADLOG_TOKEN: 'secret', THREADLOG_URL: 'https://user:pass@chat.example' }],
    [{ THREADLOG_TOKEN: 'secret', THREADLOG_URL: 'chat.example' }],
    [{ THREADLOG_TOKEN: 'secret', THREADLOG_URL: 'https://chat.example/?token=x' }],
  ])('refuses %j, and does not say the value', (env) => {
    const refusal = expect(() => loadStdioConfig(env));
    refusal.toThrow(ConfigError);
    refusal.not.toThrow(/secret|pass/);
  });
});

describe('over HTTP', () => {
  it('is for this machine alone, and for no page, unless told otherwise', () => {
    expect(loadHttpConfig({})).toEqual({
      apiUrl: 'http://localhost:4000',
      host: '127.0.0.1',
      port: 4003,
      allowedHosts: ['localhost', '127.0.0.1', '[::1]'],
      allowedOrigins: [],
    });
    const env = { MCP_HOST: '0.0.0.0', MCP_ALLOWED_HOSTS: 'MCP.example', MCP_ALLOWED_ORIGINS: 'https://app.example/' };
    expect(loadHttpConfig(env)).toMatchObject({
      allowedHosts: ['mcp.example'],
      allowedOrigins: ['https://app.example'],
    });
  });

  it.each([
    [{ THREADLOG_TOKEN: 'secret' }],
    [{ THREADLOG_TOKEN_FILE: '/run/token' }],
    [{ MCP_HOST: '0.0.0.0' }],
    [{ MCP_ALLOWED_ORIGINS: '*' }],
    [{ MCP_PORT: '70000' }],
  ])('refuses %j', (env) => {
    expect(() => loadHttpConfig(env)).toThrow(ConfigError);
  });
});
